"""Referral fees at another category's rate.

The category a product is charged by is in no report. Its rate is: a product whose fees follow one category's rule, and
for some time those of a dearer one, was put into the wrong category. What Amazon itself estimates for the product is a
second witness; where it speaks against what is always charged, that is for review. Rules:
https://sellercentral.amazon.com/help/hub/reference/RRJCFXD6474GRLY.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from clario.domain.anomalies import AnomalyType
from clario.domain.claims import Tier
from clario.domain.detection.claims.findings import Case, Finding, Step
from clario.domain.detection.claims.valuation import newest_previews
from clario.domain.detection.fees.referral import ReferralBook, referral_book
from clario.domain.detection.money.fee_charges import charged_on, fee_credits, shipping_days
from clario.domain.detection.money.fee_history import AS_OF_SHIPPING
from clario.domain.detection.policy import PolicyFamily, tolerance, window
from clario.domain.detection.rows.charges import Charge, Entry, sales
from clario.domain.detection.rows.facts import ComponentFacts, Names
from clario.domain.detection.rows.measurements import Product, place_id
from clario.domain.detection.rows.money_rows import FeePreviewRow

CENT = Decimal("0.01")
NOTHING = Decimal(0)
ENOUGH_ITEMS, ENOUGH_MONEY = 3, Decimal(5)  # our choice
MOST = Decimal("0.5")
"""The share of a product's sales that must follow one rule for it to be the usual one."""
BASE = (Charge.PRICE, Charge.PROMOTION, Charge.SHIPPING, Charge.GIFT_WRAP)


class ReferralCharge(NamedTuple):
    """The referral fee of one sale and its price, per unit and positive, with the rules the fee follows."""

    entry: Entry
    price: Decimal
    fee: Decimal
    rules: frozenset[str]


class Wrong(NamedTuple):
    """A charge by another category's rule, with what the usual one takes."""

    charge: ReferralCharge
    expected: Decimal

    @property
    def amount(self) -> Decimal:
        return (self.charge.fee - self.expected) * self.charge.entry.units


def referral_fee_overcharge(case: Case) -> Iterator[Finding]:
    """Sales charged by a dearer category's rule than the product's usual one, or than Amazon's estimate; one claim per
    product and rule."""
    for product, usual, group in _groups(case):
        yield _finding(case, product, group, usual, Tier.CLAIM)
    for product, estimated, group in _against_estimates(case):
        yield _finding(case, product, group, estimated, Tier.REVIEW)


def wrong_referral_fees(case: Case) -> Iterator[Wrong]:
    """The single charges that these claims are about."""
    for _, _, group in _groups(case):
        yield from group


def _groups(case: Case) -> Iterator[tuple[Product, frozenset[str], Sequence[Wrong]]]:
    """Per product its usual categories and, together, the wrong charges that may be of one other category."""
    for product, book, charges in referral_charges(case):
        if usual := usual_rules(charges):
            for group in _by_rule([wrong for charge in charges if (wrong := _wrong(charge, usual, book))]):
                yield product, usual, group


def _against_estimates(case: Case) -> Iterator[tuple[Product, frozenset[str], Sequence[Wrong]]]:
    """The same for usual charges and Amazon's estimates of their days."""
    for product, book, charges in referral_charges(case):
        usual = usual_rules(charges)
        doubted: defaultdict[frozenset[str], list[Wrong]] = defaultdict(list)
        for charge in charges:
            estimated = _estimated_then(case, charge, book) if not usual or charge.rules & usual else frozenset()
            if estimated and (wrong := _wrong(charge, estimated, book)):
                doubted[estimated].append(wrong)
        for estimated, wrong_ones in doubted.items():
            for group in _by_rule(wrong_ones):
                yield product, estimated, group


def agrees_with_estimate(case: Case, charge: ReferralCharge, book: ReferralBook) -> bool:
    """Whether Amazon's estimate does not speak against a charge. Among charges that all follow one rule, or none we
    know, and agree, nothing is wrong, however many there are."""
    estimated = _estimated_then(case, charge, book)
    return not estimated or _wrong(charge, estimated, book) is None


def referral_charges(case: Case) -> Iterator[tuple[Product, ReferralBook, Sequence[ReferralCharge]]]:
    """The referral fees of each product in order of days; of marketplaces of which a table is known."""
    for product, entries in case.facts.once(_by_product).items():
        if book := referral_book(case.marketplace(product.marketplace_id)):
            yield product, book, [_charge(entry, book) for entry in entries]


def _by_product(facts: ComponentFacts) -> dict[Product, list[Entry]]:
    table: defaultdict[Product, list[Entry]] = defaultdict(list)
    for item, entries in facts.once(sales).items():
        for entry in entries:
            if entry.has_goods and entry.sum(Charge.REFERRAL) < 0:
                table[Product(place_id(entry.marketplace_id, entry.currency), entry.asin or item.sku)].append(entry)
    return {product: sorted(found, key=lambda e: (e.on, e.rows[0].event_id)) for product, found in table.items()}


def _charge(entry: Entry, book: ReferralBook) -> ReferralCharge:
    price, fee = entry.sum(*BASE) / entry.units, -entry.sum(Charge.REFERRAL) / entry.units
    return ReferralCharge(entry, price, fee, book.categories(entry.on, price, fee))


def usual_rules(charges: Sequence[ReferralCharge]) -> frozenset[str]:
    """The categories whose rule most of the sales follow; they may follow several, which take the same of its price."""
    counts: Counter[str] = Counter()
    for charge in charges:
        counts.update(charge.rules)
    most = max(counts.values(), default=0)
    if most < ENOUGH_ITEMS or most <= MOST * len(charges):
        return frozenset()
    return frozenset(category for category, count in counts.items() if count == most)


def _wrong(charge: ReferralCharge, usual: frozenset[str], book: ReferralBook) -> Wrong | None:
    if not charge.rules or charge.rules & usual:
        return None
    expected = book.highest(charge.entry.on, charge.price, usual)
    small = tolerance("referral_fee", expected, charge.entry.currency, charge.entry.on)
    return Wrong(charge, expected) if charge.fee - expected > small else None


def _by_rule(wrong: Sequence[Wrong]) -> Iterator[list[Wrong]]:
    """Charges that share a rule, where they are enough to mean something."""
    groups: list[tuple[frozenset[str], list[Wrong]]] = []
    for each in wrong:
        place = next((n for n, (rules, _) in enumerate(groups) if rules & each.charge.rules), None)
        if place is None:
            groups.append((each.charge.rules, [each]))
        else:
            rules, group = groups[place]
            groups[place] = (rules & each.charge.rules, [*group, each])
    for _, group in groups:
        enough = sum((each.amount for each in group), NOTHING) >= ENOUGH_MONEY
        if enough and sum(each.charge.entry.units for each in group) >= ENOUGH_ITEMS:
            yield group


def _finding(case: Case, product: Product, group: Sequence[Wrong], right: frozenset[str], tier: Tier) -> Finding:
    marketplace = case.marketplace(product.marketplace_id)
    first, surely = group[0].charge.entry, tier is Tier.CLAIM
    rules = frozenset.intersection(*(each.charge.rules for each in group))
    claimable = [each for each in group if _last_day(case, each) >= case.as_of]
    told = claimable or list(group)
    anchor = _charged_on(case, claimable[0] if claimable else group[-1])
    return Finding(
        anomaly_type=AnomalyType.REFERRAL_FEE_OVERCHARGE,
        tier=tier,
        proof="arithmetic" if surely and _estimated_as(case, first.item.sku, right) else "category_rate",
        marketplace=marketplace,
        names=Names(first.asin, "", first.item.sku),
        subject=f"{product.asin}/{marketplace.id}/{first.item.order_id}",
        anchor=anchor,
        identity=first.on,
        units=sum(each.charge.entry.units for each in told),
        wrong=sum((each.amount for each in told), NOTHING),
        currency=first.currency,
        rows=tuple(row for each in told for row in each.charge.entry.rows),
        steps=(*(step for each in told for step in _credited(case, each)), *_credited_together(case, told)),
        lapsed=not claimable and len(group) > 1,
        why={
            "chargedAs": sorted(rules),
            "usually" if surely else "estimated": sorted(right),
            "charges": len(told),
            "olderCharges": len(group) - len(told),
        },
    )


def _credited(case: Case, wrong: Wrong) -> Iterator[Step]:
    """Credits of just that amount for that order."""
    item = wrong.charge.entry.item
    for credit in case.facts.once(fee_credits):
        same = (credit.order_id, credit.sku) == item and credit.may_be_for(Charge.REFERRAL)
        if same and abs(credit.amount - wrong.amount) <= CENT:
            yield Step("credited", credit.amount, credit.row)


def _credited_together(case: Case, told: Sequence[Wrong]) -> Iterator[Step]:
    """Credits for the product that name no order, of just what was wrong in all."""
    first, total = told[0].charge.entry, sum((each.amount for each in told), NOTHING)
    for credit in case.facts.once(fee_credits):
        same = (credit.order_id, credit.sku) == ("", first.item.sku) and credit.on >= first.on
        if same and abs(credit.amount - total) <= CENT * len(told):
            yield Step("credited", credit.amount, credit.row)


def _charged_on(case: Case, wrong: Wrong) -> date:
    return charged_on(wrong.charge.entry, case.facts.once(shipping_days))


def _last_day(case: Case, wrong: Wrong) -> date:
    entry = wrong.charge.entry
    return window(
        PolicyFamily.FEE_REFERRAL,
        case.marketplace(place_id(entry.marketplace_id, entry.currency)),
        _charged_on(case, wrong),
        case.as_of,
    ).deadline


def _estimated_then(case: Case, charge: ReferralCharge, book: ReferralBook) -> frozenset[str]:
    """The categories that Amazon's estimate for the product followed when it was sold."""
    entry = charge.entry
    place = place_id(entry.marketplace_id, entry.currency)
    for seen in case.facts.once(_estimates).get((entry.item.sku, place), ()):
        if seen.seen_on <= entry.on <= seen.seen_until + AS_OF_SHIPPING and seen.price and seen.referral_fee:
            return book.categories(seen.seen_on, seen.price, seen.referral_fee)
    return frozenset()


def _estimates(facts: ComponentFacts) -> Mapping[tuple[str, str], Sequence[FeePreviewRow]]:
    """Amazon's estimates by SKU and marketplace, the newest first."""
    table: defaultdict[tuple[str, str], list[FeePreviewRow]] = defaultdict(list)
    for row in sorted(facts.previews, key=lambda row: row.key, reverse=True):
        table[row.sku, place_id(row.marketplace_id, row.currency)].append(row)
    return table


def _estimated_as(case: Case, sku: str, usual: frozenset[str]) -> bool:
    """Whether Amazon's own newest estimate for the product follows a usual rule."""
    preview = case.facts.once(newest_previews).get(sku)
    book = referral_book(case.marketplace(place_id(preview.marketplace_id, preview.currency))) if preview else None
    if not (preview and book and preview.price and preview.referral_fee):
        return False
    return bool(book.categories(preview.seen_on, preview.price, preview.referral_fee) & usual)
