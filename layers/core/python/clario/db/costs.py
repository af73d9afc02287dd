"""What products cost the seller: `clario.services.work.Costs`."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from clario.db.statements import Statements
from clario.services.pages import Page
from clario.services.records import ProductCost

Row = dict[str, Any]


class DatabaseCosts:
    def __init__(self, statements: Statements) -> None:
        self._run = statements

    def put(self, costs: Iterable[ProductCost]) -> int:
        """Claims about items whose costs change are looked at again."""
        costs = list(costs)
        self._run.write(
            "touch_changed_costs",
            skus=[cost.sku for cost in costs],
            currencies=[cost.currency for cost in costs],
            days=[cost.valid_from for cost in costs],
            amounts=[cost.unit_cost for cost in costs],
        )
        rows = [
            {"sku": c.sku, "currency": c.currency, "valid_from": c.valid_from, "unit_cost": c.unit_cost} for c in costs
        ]
        return self._run.write_many("put_cost", rows)

    def all(self) -> list[ProductCost]:
        return [ProductCost(**row) for row in self._run.rows("all_costs")]

    def page(self, limit: int, after: tuple[str, str, date] | None = None) -> Page[ProductCost]:
        sku, currency, valid_from = after or (None, None, None)
        rows = self._run.rows("costs_page", sku=sku, currency=currency, valid_from=valid_from, limit=limit)
        total = rows[0]["total"]
        costs = [_cost(row) for row in rows if row["sku"] is not None]
        last = costs[limit - 1] if len(costs) > limit else None
        next_key = (last.sku, last.currency, last.valid_from.isoformat()) if last else None
        return Page(costs[:limit], total, next_key)


def _cost(row: Row) -> ProductCost:
    return ProductCost(row["sku"], row["unit_cost"], row["currency"], row["valid_from"])
