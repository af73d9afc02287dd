"""How sure a claim is: the share of the units of claims like it that proved to be owed and open.

"Like it" is the kind of claim, its tier and its proof. The shares are fitted (`python -m bench.confidence`) on
synthetic sellers: they tell how far the reports decide a case, not how Amazon answers it. A proof that never came up
there has the value that `policy.json` gives it.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Literal, NamedTuple

from pydantic import BaseModel, ConfigDict

from clario.domain.anomalies import AnomalyType
from clario.domain.claims import Tier


class Certainty(NamedTuple):
    """0 to 1, with the name of the proof it rests on."""

    proof: str
    sure: Decimal


class FittedRow(BaseModel):
    """`claims` with that proof, the mean share of their units that was owed, and that share drawn a little towards the
    value of `policy.json`: what is used."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    type: AnomalyType
    tier: Tier
    proof: str
    claims: int
    share: Decimal
    value: Decimal


class Fitted(BaseModel):
    """The data file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    fitted_on: date
    training_data: Literal["synthetic"]
    source: str
    rows: tuple[FittedRow, ...]


@cache
def fitted() -> Fitted:
    """The fitted shares; read once."""
    return Fitted.model_validate_json(files(__package__).joinpath("confidence.json").read_text("utf-8"))


@cache
def fitted_values() -> Mapping[tuple[AnomalyType, Tier, str], Decimal]:
    """How sure a kind of claim is in a tier by a proof."""
    return {(row.type, row.tier, row.proof): row.value for row in fitted().rows}


def certainty(kind: AnomalyType, tier: Tier, proof: str, before: Decimal) -> Certainty:
    """How sure a claim with that proof is; `before`: where nothing was fitted."""
    return Certainty(proof, fitted_values().get((kind, tier, proof), before))
