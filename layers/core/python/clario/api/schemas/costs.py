"""Bodies about product costs."""

from datetime import date

from clario.api.schemas.common import Body, Number, Success


class ProductCost(Body):
    """What the seller paid for one unit from that day on."""

    sku: str
    unit_cost: Number
    currency: str
    valid_from: date


class RejectedCost(Body):
    """`row` counts from 1, without the header."""

    row: int
    detail: str


class CostsTaken(Success):
    accepted: int
    rejected: list[RejectedCost]


class Costs(Success):
    costs: list[ProductCost]
    total: int
    next_cursor: str | None
