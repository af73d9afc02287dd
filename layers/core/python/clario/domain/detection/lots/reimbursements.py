"""Reads reimbursement rows: what each is for, and what is left of it after reversals."""

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from clario.domain.claims import Note
from clario.domain.detection.lots.lots import Family
from clario.domain.detection.rows.unit_rows import LedgerRow, ReimbursementRow

# Amazon publishes no complete list of reasons; these are seen in reports and settlements. Any other text is generic.
_REASONS = {
    Family.FC_LOST: "lostwarehouse warehouselost missingfrominventory",
    Family.FC_DAMAGED: "damagedwarehouse warehousedamage",
    Family.INBOUND: "lostinbound missingfrominbound",
    Family.INBOUND_DAMAGED: "damagedinbound inboundcarrierdamage",
    Family.ORDER: """customerreturn customerserviceissue lostoutbound damagedoutbound carrierdamageddiscard cserroritems
        creturnwrongitem freereplacementrefunditems""",
    Family.REMOVAL: "removalorderlost removalorderdamaged",
    Family.FEE: "feecorrection incorrectfeesitem incorrectfeesitems weightanddimensionschange",
}
FAMILY_OF_REASON = {reason: family for family, reasons in _REASONS.items() for reason in reasons.split()}
REVERSALS = frozenset(
    {"reversalreimbursement", "reimbursementreversal", "compensatedclawback", "reimbursementclawback"}
)


def reason_key(reason: str) -> str:
    """The reason without case and punctuation: "Lost:Warehouse" and "Lost_Warehouse" are one."""
    return re.sub(r"[^a-z0-9]", "", reason.lower())


def family_of(row: ReimbursementRow) -> Family:
    """What the row paid for. An order id makes an unspecific row an order's."""
    family = FAMILY_OF_REASON.get(reason_key(row.reason), Family.GENERIC)
    return Family.ORDER if row.order_id and family is Family.GENERIC else family


def is_contradictory(row: ReimbursementRow) -> bool:
    """A row that names an order, but not an order's reason: it counts only where doubt is against the claim."""
    return bool(row.order_id) and family_of(row) is not Family.ORDER


@dataclass(slots=True, eq=False)
class Grant:
    """A reimbursement after reversals, in units.

    `voided` was paid and taken back; `restored` was paid, taken back, and given back in kind: (reversal row, units).
    """

    row: ReimbursementRow
    cash: int
    inventory: int
    voided: int = 0
    reversals: list[ReimbursementRow] = field(default_factory=list)
    restored: list[tuple[ReimbursementRow, int]] = field(default_factory=list)

    def take_back(self, reversal: ReimbursementRow, units: int, in_kind: int) -> int:
        """Undo up to `units`, cash first, the first `in_kind` of them given back as stock. Answers the rest."""
        cash = min(units, self.cash)
        inventory = min(units - cash, self.inventory)
        undone = cash + inventory
        restored = min(undone, in_kind)
        self.cash -= cash
        self.inventory -= inventory
        self.voided += undone - restored
        if undone:
            self.reversals.append(reversal)
        if restored:
            self.restored.append((reversal, restored))
        return units - undone


def is_reversal(row: ReimbursementRow) -> bool:
    """A row that takes an earlier one back: by its reason, or because it names the earlier one and is below zero."""
    below_zero = row.cash_units < 0 or (row.amount_total or 0) < 0
    return reason_key(row.reason) in REVERSALS or (row.original_reimbursement_id is not None and below_zero)


def collapse(rows: Iterable[ReimbursementRow]) -> tuple[list[Grant], list[Note]]:
    """The grants after their reversals, and a note for every reversed unit whose grant is not here."""
    grants: list[Grant] = []
    reversals: list[ReimbursementRow] = []
    for row in rows:
        if is_reversal(row):
            reversals.append(row)
        else:
            grants.append(Grant(row, max(row.cash_units, 0), max(row.inventory_units, 0)))
    by_id: defaultdict[tuple[str | None, str], list[Grant]] = defaultdict(list)
    for grant in grants:
        by_id[grant.row.reimbursement_id, grant.row.sku].append(grant)
    notes = [note for row in reversals if (note := _apply(row, by_id[row.original_reimbursement_id, row.sku]))]
    return grants, notes


def taken_back(reversal: ReimbursementRow) -> int:
    """The units a reversal takes back, in cash or in kind."""
    return abs(reversal.cash_units) + max(-reversal.inventory_units, 0)


def _apply(reversal: ReimbursementRow, grants: Sequence[Grant]) -> Note | None:
    in_kind = max(reversal.inventory_units, 0)
    left = taken_back(reversal)
    for grant in grants:
        before = left
        left = grant.take_back(reversal, left, in_kind)
        in_kind -= min(in_kind, before - left)
    if grants or not left:
        return None  # more than was paid is a claim of its own
    original = reversal.original_reimbursement_id or "an unnamed reimbursement"
    detail = f"{reversal.reimbursement_id} takes back {original}"
    return Note("orphan_reversal", reversal.fnsku or reversal.sku, left, detail)


def with_fnskus(rows: Iterable[ReimbursementRow], ledger: Iterable[LedgerRow]) -> list[ReimbursementRow]:
    """Rows without FNSKU or ASIN get those the ledger shows for their SKU at approval, else the next ones."""
    history: defaultdict[str, list[tuple[date, str, str]]] = defaultdict(list)
    for row in ledger:
        history[row.msku].append((row.occurred_on, row.fnsku, row.asin))
    return [row if row.fnsku and row.asin else _identified(row, history.get(row.sku)) for row in rows]


def _identified(row: ReimbursementRow, history: list[tuple[date, str, str]] | None) -> ReimbursementRow:
    if not history:
        return row
    place = bisect_right(history, row.approved_on, key=lambda seen: seen[0])
    _, fnsku, asin = history[max(place - 1, 0)]
    return replace(row, fnsku=row.fnsku or fnsku, asin=row.asin or asin)
