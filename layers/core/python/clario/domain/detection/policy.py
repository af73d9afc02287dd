"""Amazon's rules as dated data (`policy.json`): claim windows, caps, tolerances, what coverage a proof needs, how sure
it is.

Each row says from when it holds, where it was read, and how certain that is: A an Amazon page, B two or more others,
C one other, P our own choice.
"""

from calendar import monthrange
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict

from clario.domain.anomalies import AnomalyType
from clario.domain.claims import Evidence
from clario.domain.values import Marketplace, Money

FALLBACK_DAYS = 60  # from discovery, where no rule of Amazon is known


class PolicyFamily(StrEnum):
    """What falls under one rule of Amazon about when to file."""

    FC_LOST = "fc_lost"
    FC_DAMAGED = "fc_damaged"
    DISPOSED = "disposed"
    INBOUND = "inbound"
    CUSTOMER_RETURN = "customer_return"
    REPLACEMENT = "replacement"
    CARRIER_DAMAGED_RETURN = "carrier_damaged_return"
    REFUND_ERROR = "refund_error"
    CHARGEBACK_A2Z = "chargeback_a2z"
    REMOVAL_LOST = "removal_lost"
    REMOVAL_OTHER = "removal_other"
    LIQUIDATION = "liquidation"  # no rule is known
    FEE_DIMENSION = "fee_dimension"
    FEE_REFERRAL = "fee_referral"
    FEE_STORAGE = "fee_storage"
    FEE_AGED = "fee_aged"
    FEE_REMOVAL = "fee_removal"
    FEE_TRANSPORT = "fee_transport"
    FEE_OTHER = "fee_other"
    DUPLICATE_CHARGE = "duplicate_charge"
    REIMB_VALUATION = "reimb_valuation"
    REIMB_REVERSAL = "reimb_reversal"
    REIMB_OTHER = "reimb_other"  # no rule is known


POLICY_OF = {
    AnomalyType.LOST_WAREHOUSE: PolicyFamily.FC_LOST,
    AnomalyType.DAMAGED_WAREHOUSE: PolicyFamily.FC_DAMAGED,
    AnomalyType.DISPOSED_UNAUTHORIZED: PolicyFamily.DISPOSED,
    AnomalyType.TRANSFER_LOSS: PolicyFamily.FC_LOST,
    AnomalyType.LEDGER_BALANCE_GAP: PolicyFamily.FC_LOST,
    AnomalyType.OWNERSHIP_TRANSFER_OUT: PolicyFamily.FC_LOST,
    AnomalyType.PRODUCT_REDEFINITION_UNMATCHED: PolicyFamily.FC_LOST,
    AnomalyType.FOUND_UNIT_NOT_CREDITED: PolicyFamily.FC_LOST,
    AnomalyType.INBOUND_SHORTAGE: PolicyFamily.INBOUND,
    AnomalyType.INBOUND_SHIPMENT_MISSING: PolicyFamily.INBOUND,
    AnomalyType.INBOUND_DAMAGED_CARRIER: PolicyFamily.INBOUND,
    AnomalyType.RECEIVED_THEN_DEDUCTED: PolicyFamily.INBOUND,
    AnomalyType.INBOUND_TRANSPORT_OVERCHARGE: PolicyFamily.FEE_TRANSPORT,
    AnomalyType.UNUSED_LABEL_FEE: PolicyFamily.FEE_TRANSPORT,
    AnomalyType.REFUND_NO_RETURN: PolicyFamily.CUSTOMER_RETURN,
    AnomalyType.RETURN_NOT_RESTOCKED: PolicyFamily.CUSTOMER_RETURN,
    AnomalyType.RETURN_DAMAGED_BY_AMAZON: PolicyFamily.CUSTOMER_RETURN,
    AnomalyType.RETURN_WRONG_ITEM: PolicyFamily.CUSTOMER_RETURN,
    AnomalyType.REFUND_EXCEEDS_ORDER: PolicyFamily.REFUND_ERROR,
    AnomalyType.REFUND_OUTSIDE_POLICY: PolicyFamily.CUSTOMER_RETURN,
    AnomalyType.REPLACEMENT_NO_RETURN: PolicyFamily.REPLACEMENT,
    AnomalyType.REFUND_FEE_NOT_RETURNED: PolicyFamily.REFUND_ERROR,
    AnomalyType.DUPLICATE_REFUND: PolicyFamily.REFUND_ERROR,
    AnomalyType.LOST_OUTBOUND: PolicyFamily.CUSTOMER_RETURN,
    AnomalyType.DAMAGED_OUTBOUND: PolicyFamily.CUSTOMER_RETURN,
    AnomalyType.CHARGEBACK_A2Z_NOT_REIMBURSED: PolicyFamily.CHARGEBACK_A2Z,
    AnomalyType.REMOVAL_LOST: PolicyFamily.REMOVAL_LOST,
    AnomalyType.REMOVAL_SHORT_SHIPPED: PolicyFamily.REMOVAL_OTHER,
    AnomalyType.REMOVAL_DAMAGED_OR_WRONG: PolicyFamily.REMOVAL_OTHER,
    AnomalyType.REMOVAL_DISPOSED_INSTEAD: PolicyFamily.REMOVAL_OTHER,
    AnomalyType.LIQUIDATION_PROCEEDS_MISSING: PolicyFamily.LIQUIDATION,
    AnomalyType.FULFILLMENT_FEE_OVERCHARGE: PolicyFamily.FEE_DIMENSION,
    AnomalyType.STORAGE_FEE_OVERCHARGE: PolicyFamily.FEE_STORAGE,
    AnomalyType.AGED_INVENTORY_OVERCHARGE: PolicyFamily.FEE_AGED,
    AnomalyType.REMOVAL_FEE_ERROR: PolicyFamily.FEE_REMOVAL,
    AnomalyType.REFERRAL_FEE_OVERCHARGE: PolicyFamily.FEE_REFERRAL,
    AnomalyType.DUPLICATE_CHARGE: PolicyFamily.DUPLICATE_CHARGE,
    AnomalyType.FEE_ON_CANCELLED_OR_FREE_UNIT: PolicyFamily.FEE_OTHER,
    AnomalyType.PREP_LABEL_FEE_AFTER_SERVICE_END: PolicyFamily.FEE_OTHER,
    AnomalyType.REIMBURSEMENT_UNDERPAID: PolicyFamily.REIMB_VALUATION,
    AnomalyType.REIMBURSEMENT_REVERSED_WITHOUT_RETURN: PolicyFamily.REIMB_REVERSAL,
    AnomalyType.DUPLICATE_REIMBURSEMENT: PolicyFamily.REIMB_OTHER,
    AnomalyType.REIMBURSEMENT_NOT_PAID_OUT: PolicyFamily.REIMB_OTHER,
    AnomalyType.REIMBURSEMENT_REVERSAL_EXCESS: PolicyFamily.REIMB_REVERSAL,
}
"""The rule a claim falls under. A customer's return damaged by the carrier has a rule of its own beside its type's."""


class _Dated(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    valid_from: date
    grade: str
    source: str


class WindowRow(_Dated):
    """When a kind of claim may be filed, counted from its event; both ends are days to file on."""

    family: PolicyFamily
    group: str
    anchor: str
    open_days: int
    close_days: int | None = None
    close_months: int | None = None
    valid_to: date | None

    @property
    def id(self) -> str:
        return f"{self.family}/{self.group}/{self.valid_from}"

    def closes(self, anchor: date) -> date:
        """The last day to file."""
        return _months_after(anchor, self.close_months or 0) + timedelta(days=self.close_days or 0)


class CapRow(_Dated):
    """The most Amazon pays for one unit."""

    countries: tuple[str, ...]
    amount: Decimal
    currency: str


class CoverageRow(BaseModel):
    """Which days around a loss a report must cover: from `lead_days` before it to `lag_days` before today."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    report: str
    lead_days: int
    lag_days: int
    grade: str
    source: str


class ConfidenceRow(_Dated):
    """How sure a kind of proof is, 0 to 1; or the factor of a reason code's strength."""

    name: str
    value: Decimal


class ToleranceRow(_Dated):
    """A difference that counts as none: the larger of an amount (US dollars) and a share of what it is compared to."""

    name: str
    amount: Decimal
    share: Decimal


class Policy(BaseModel):
    """The data file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    groups: dict[str, tuple[str, ...]]
    windows: tuple[WindowRow, ...]
    unit_caps: tuple[CapRow, ...]
    cost_regime: _Dated
    coverage: tuple[CoverageRow, ...]
    tolerances: tuple[ToleranceRow, ...]
    currency_scales: dict[str, Decimal]
    confidence: tuple[ConfidenceRow, ...]


@cache
def policy() -> Policy:
    """The rules in force; read once."""
    return Policy.model_validate_json(files(__package__).joinpath("policy.json").read_text("utf-8"))


class Window(NamedTuple):
    """When a claim may be filed. `basis` is "policy", or "discovery_default" where no rule is known (`row` None)."""

    claimable_from: date
    deadline: date
    basis: str
    anchor_kind: str
    row: WindowRow | None

    def evidence(self, anchor: date) -> Evidence:
        """The rule as a claim shows it."""
        told = {"basis": self.basis, "anchorDate": anchor.isoformat(), "anchorKind": self.anchor_kind}
        if self.row is None:
            return {**told, "policyId": None, "source": None, "grade": None}
        return {**told, "policyId": self.row.id, "source": self.row.source, "grade": self.row.grade}


def window(family: PolicyFamily, marketplace: Marketplace, anchor: date, discovery: date) -> Window:
    """The days on which a claim anchored on an event may be filed, by the rule in force on the event's day."""
    rules = [row for row in policy().windows if row.family is family]
    for row in rules:
        in_force = row.valid_from <= anchor and (row.valid_to is None or anchor <= row.valid_to)
        if in_force and marketplace.country in policy().groups[row.group]:
            return Window(anchor + timedelta(days=row.open_days), row.closes(anchor), "policy", row.anchor, row)
    kind = rules[0].anchor if rules else "event_date"
    return Window(discovery, discovery + timedelta(days=FALLBACK_DAYS), "discovery_default", kind, None)


def unit_cap(marketplace: Marketplace, on: date) -> Money | None:
    """The most Amazon pays for one unit there on that day, None when no cap is known."""
    rows = [row for row in policy().unit_caps if marketplace.country in row.countries and row.valid_from <= on]
    newest = max(rows, key=lambda row: row.valid_from, default=None)
    return Money(newest.amount, newest.currency) if newest else None


def confidence(name: str, on: date) -> Decimal:
    """The value of a proof or factor on that day.

    Raises:
        KeyError: no such row is in force.
    """
    rows = [row for row in policy().confidence if row.name == name and row.valid_from <= on]
    if not rows:
        raise KeyError(f"no confidence {name!r} on {on}")
    return max(rows, key=lambda row: row.valid_from).value


def tolerance(name: str, base: Decimal, currency: str, on: date) -> Decimal:
    """The difference from `base`, in its currency, that counts as none on that day.

    Raises:
        KeyError: no such row is in force.
    """
    rows = [row for row in policy().tolerances if row.name == name and row.valid_from <= on]
    if not rows:
        raise KeyError(f"no tolerance {name!r} on {on}")
    newest = max(rows, key=lambda row: row.valid_from)
    return max(newest.amount * policy().currency_scales.get(currency, Decimal(1)), newest.share * abs(base))


def _months_after(day: date, months: int) -> date:
    """The same day of a later month, or that month's last day."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
