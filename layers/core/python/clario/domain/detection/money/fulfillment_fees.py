"""Fulfilment fees above what a product's size costs.

Three proofs, from strong to weak: a charge above everything that Amazon's own measurement of that day allows; one above
what the product costs otherwise, where Amazon's measurement of today, or its later charges, agree with the lower fee;
and a jump to a dearer size class that lasts until today. The last may be a new packaging, which is in no report, so it
needs several units and is for review.

One claim per product and fee. Only charges of the last 90 days can be claimed; the claim's deadline is that of the
oldest of them and moves with it. Rules: https://sellercentral.amazon.com/help/hub/reference/GL7U4JFSDXUTQAJ.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal

from clario.domain.anomalies import AnomalyType
from clario.domain.claims import Tier
from clario.domain.detection.claims.findings import Case, Finding, Step
from clario.domain.detection.fees.book import fee_book
from clario.domain.detection.money.duplicate_charges import left_after_duplicates
from clario.domain.detection.money.fee_charges import FeeCredit, fee_charges
from clario.domain.detection.money.fee_history import (
    ENOUGH_UNITS,
    History,
    Proof,
    Wrong,
    history_of,
    is_under,
    wrong_charges,
)
from clario.domain.detection.policy import PolicyFamily, window
from clario.domain.detection.rows.charges import Charge
from clario.domain.detection.rows.facts import Names
from clario.domain.detection.rows.measurements import (
    Product,
    dangerous,
    has_other_rates,
    measured_products,
    place_id,
)

ENOUGH_MONEY = Decimal(5)  # with a few units, for the weak proof: our choice
NOTHING = Decimal(0)
DOUBTFUL = "C"


def fulfillment_fee_overcharge(case: Case) -> Iterator[Finding]:
    """Charges above the right fee, by product and fee."""
    left = case.facts.once(left_after_duplicates)
    credits = [credit for credit in left if credit.may_be_for(Charge.FULFILLMENT)]
    for product, charges in case.facts.once(fee_charges).items():
        book = fee_book(case.marketplace(product.marketplace_id))
        measured = case.facts.once(measured_products).get(product, ())
        if book and not has_other_rates(measured, book.tables) and product.asin not in case.facts.once(dangerous):
            history = history_of(charges, measured, book)
            wrong = [each for each in wrong_charges(history) if _is_usable(case, each)]
            _credit(wrong, credits)
            yield from _cohorts(case, product, _enough(wrong), history)


def _is_usable(case: Case, wrong: Wrong) -> bool:
    """Not where it rests on a field of the rate card that is in doubt."""
    return not (wrong.by_card and wrong.fee and wrong.fee.cell in case.account.suspect_cells)


def _enough(wrong: Sequence[Wrong]) -> list[Wrong]:
    """A jump is told only when it is about several units and dollars."""
    jumps = [each for each in wrong if each.proof is Proof.MEASUREMENT_JUMP]
    units, money = sum(each.charge.units for each in jumps), sum((each.amount for each in jumps), NOTHING)
    if units >= ENOUGH_UNITS and money >= ENOUGH_MONEY:
        return list(wrong)
    return [each for each in wrong if each.proof is not Proof.MEASUREMENT_JUMP]


def _credit(wrong: Sequence[Wrong], credits: list[FeeCredit]) -> None:
    """Give every credit to the charges it may be for, the oldest first: those of its order, or of its product."""
    for place, credit in enumerate(credits):
        rest = credit.amount
        for each in wrong:
            item = each.charge.entry.item
            same = item.order_id == credit.order_id if credit.order_id else each.charge.entry.on <= credit.on
            if rest > 0 and each.left > 0 and same and item.sku == credit.sku:
                part = min(rest, each.left)
                each.credits.append(Step("credited", part, credit.row))
                rest -= part
        credits[place] = credit._replace(amount=rest)


def _cohorts(case: Case, product: Product, wrong: Sequence[Wrong], history: History) -> Iterator[Finding]:
    cohorts: defaultdict[Decimal, list[Wrong]] = defaultdict(list)
    for each in wrong:
        cohorts[each.charge.fee].append(each)
    for fee, cohort in cohorts.items():
        yield _finding(case, product, fee, cohort, history)


def _finding(case: Case, product: Product, fee: Decimal, cohort: Sequence[Wrong], history: History) -> Finding:
    marketplace = case.marketplace(product.marketplace_id)
    first = cohort[0].charge.entry
    claimable = [each for each in cohort if _last_day(case, each) >= case.as_of] or list(cohort)
    expired = _last_day(case, claimable[0]) < case.as_of
    oldest = (cohort[-1] if expired else claimable[0]).charge
    still = [each for each in claimable if each.left > 0] or claimable
    jumped = any(each.proof is Proof.MEASUREMENT_JUMP for each in cohort)
    doubtful = jumped or any(each.fee and each.fee.grade == DOUBTFUL for each in cohort)
    return Finding(
        anomaly_type=AnomalyType.FULFILLMENT_FEE_OVERCHARGE,
        tier=Tier.REVIEW if doubtful else Tier.CLAIM,
        proof=Proof.MEASUREMENT_JUMP if jumped else Proof.FEE_TABLE,
        marketplace=marketplace,
        names=Names(first.asin, "", first.item.sku),
        subject=f"{product.asin}/{marketplace.id}/{fee.normalize():f}",
        anchor=oldest.charged_on,
        identity=first.on,
        units=sum(each.charge.units for each in still),
        wrong=sum((each.amount for each in claimable), NOTHING),
        currency=first.currency,
        rows=tuple(row for each in claimable for row in each.charge.entry.rows),
        steps=tuple(step for each in claimable for step in each.credits),
        lapsed=expired and len(cohort) > 1,
        why=_why(fee, cohort, claimable, history),
    )


def _last_day(case: Case, wrong: Wrong) -> date:
    entry = wrong.charge.entry
    return window(
        PolicyFamily.FEE_DIMENSION,
        case.marketplace(place_id(entry.marketplace_id, entry.currency)),
        wrong.charge.charged_on,
        case.as_of,
    ).deadline


def _why(fee: Decimal, cohort: Sequence[Wrong], claimable: Sequence[Wrong], history: History) -> dict[str, object]:
    """Fees are per unit; what was charged too little for the product in the same time is told, too."""
    since = claimable[0].charge.entry.on
    under = [charge for charge in history.charges if charge.entry.on >= since and is_under(charge, history)]
    known = next((each.fee for each in cohort if each.fee), None)
    told: dict[str, object] = {
        "chargedFee": str(fee),
        "expectedFees": sorted({str(each.expected) for each in cohort}),
        "charges": len(claimable),
        "olderCharges": len(cohort) - len(claimable),
        "underchargedUnits": sum(charge.units for charge in under),
    }
    if known:
        cell = known.cell
        told |= {"rateTable": cell.table, "sizeTier": cell.tier, "weightOz": str(known.weight_oz), "grade": known.grade}
    return told
