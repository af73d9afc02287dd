"""What a seller who syncs every day would have loaded of a synthetic world, as the rows detection reads.

Reports and transactions are written as Amazon writes them (`local_amazon.server`) and read by the product's own
normalisers, so what the wire loses is lost here too. Shipments to Amazon are read from the world's tables, with the
days on which each status would first have been seen.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import fields
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from itertools import islice
from typing import Any, TypeVar

from bench.world_inbound import inbound_rows
from clario.domain.detection.policy import policy
from clario.domain.detection.rows.facts import CostRow, CoverageFacts, SellerFacts
from clario.domain.detection.rows.money_rows import AgedRow, FeePreviewRow, MoneyRow, StorageRow
from clario.domain.detection.rows.source import SourceRef
from clario.domain.detection.rows.unit_rows import (
    BalanceRow,
    LedgerRow,
    OrderRow,
    ParcelRow,
    ReimbursementRow,
    RemovalRow,
    ReplacementRow,
    ReturnRow,
    ShippedRow,
)
from clario.domain.normalize import Normaliser, normaliser
from clario.domain.normalize.context import Context
from clario.domain.records import Rejected
from clario.domain.sources import ReportSource
from clario.domain.streams import STREAMS
from clario.domain.values import MARKETPLACES, DayRange, Marketplace, local_day
from local_amazon.seller import seller
from local_amazon.server.account import Account, seconds
from local_amazon.server.report.ask import Ask
from local_amazon.server.report.types import REPORT_TYPES
from local_amazon.server.transactions import transactions
from local_amazon.world.world import World

RowT = TypeVar("RowT")
PAGE = 500
EVER = timedelta(days=3000)
TRANSPORT = "FBAInboundTransportationFee"
SHOPS = {"Amazon.com": "US", "Amazon.ca": "CA", "Amazon.com.mx": "MX", "Amazon.co.uk": "GB", "Amazon.de": "DE"}
STORES = {"UK": "GB"}
MOVEMENTS = (
    "receipts",
    "customer_shipments",
    "customer_returns",
    "vendor_returns",
    "warehouse_transfers",
    "found",
    "lost",
    "damaged",
    "disposed",
    "other_events",
    "unknown_events",
)


def facts_of(world: World, now: datetime) -> SellerFacts:
    """Everything of the world that shows at `now`, all of it covered."""
    account = Account(seller(1, "na", tuple(market.id for market in world.markets)), world)
    home = MARKETPLACES[world.markets[0].id]
    today = local_day(now, home.zone)
    everything = DayRange(today - EVER, today)
    loaded = _Loaded(account, Context(home, everything), now)
    return SellerFacts(
        connection="bench",
        marketplace=home,
        costs=tuple(CostRow(sku, Decimal(cents) / 100, currency, day) for sku, cents, currency, day in world.costs),
        coverage=CoverageFacts({row.report: (everything,) for row in policy().coverage}),
        **loaded.rows(),
    )


class _Loaded:
    """The records of every stream, by table."""

    def __init__(self, account: Account, context: Context, now: datetime) -> None:
        self.account, self.context, self.now = account, context, now
        self.records: defaultdict[str, list[Any]] = defaultdict(list)
        markets = tuple(range(len(account.markets)))
        for stream in STREAMS.values():
            for source in stream.sources:
                if isinstance(source, ReportSource):
                    ask = Ask(account, markets, *context.days, seconds(now), dict(source.options))
                    self._read(source.normaliser, "".join(REPORT_TYPES[source.name].build(ask).pieces()).splitlines())
        self._read("financial_events", self._transactions())

    def _read(self, name: str, lines: Iterable[str]) -> None:
        for record in _normaliser(name)((line.encode() for line in lines), self.context):
            if isinstance(record, Rejected):
                raise ValueError(f"the synthetic {name} has an unreadable row: {record}")
            self.records[type(record).__name__].append(record)

    def _transactions(self) -> Iterator[str]:
        as_of = seconds(self.now)
        for batch in self.account.tables.rows("finances", 0, as_of + 1, as_of):
            found = iter(transactions(self.account, batch, self.now))
            while page := list(islice(found, PAGE)):
                yield f'{{"payload": {{"transactions": [{",".join(page)}]}}}}'

    def day(self, moment: datetime | None) -> date:
        assert moment is not None
        return local_day(moment, self.context.zone)

    def rows(self) -> dict[str, tuple[Any, ...]]:
        """By name of `Rows`."""
        records, day = self.records, self.day
        asins = {item.fnsku: item.asin for item in self.account.world.listings}
        orders = {order.order_id: order for order in records["Order"]}
        paid = self._liquidations()
        return {
            "ledger": _all(LedgerRow, "ledger_events", records["LedgerEvent"], _LEDGER),
            "balances": tuple(_balance(each) for each in records["LedgerBalance"]),
            "reimbursements": _all(ReimbursementRow, "claims", records["Reimbursement"], _PAID),
            "returns": _all(ReturnRow, "returns", records["CustomerReturn"], {"license_plate": "license_plate_number"}),
            "replacements": _all(ReplacementRow, "replacements", records["Replacement"]),
            "shipped": _all(ShippedRow, "shipped_items", records["ShippedItem"], {"unit_price": "item_price"}),
            "orders": tuple(_order(orders[item.order_id], item, self) for item in records["OrderItem"]),
            "removals": tuple(_removal(each, asins, paid, day) for each in records["RemovalOrder"]),
            "parcels": tuple(_parcel(each, asins, day) for each in records["RemovalShipment"]),
            "money": tuple(map(_money, records["FinancialEvent"])),
            "previews": tuple(map(_preview, records["FeePreview"])),
            "storage": tuple(map(_storage, records["StorageCharge"])),
            "aged": tuple(map(_aged, records["AgedInventoryCharge"])),
            **inbound_rows(self.account, self.now, self._brought()),
        }

    def _brought(self) -> set[str]:
        """The shipments whose transport Amazon's partner was paid for, as far as the fee names its shipment."""
        events = (event for event in self.records["FinancialEvent"] if TRANSPORT in event.metadata)
        return {shipment for event in events if (shipment := _money(event).shipment_id)}

    def _liquidations(self) -> dict[str, date]:
        """The day on which the money for each liquidated removal order came."""
        sold = [event for event in self.records["FinancialEvent"] if event.transaction_type == "Liquidations"]
        return {event.order_id: event.posted_on for event in reversed(sold) if event.order_id}


@cache
def _normaliser(name: str) -> Normaliser:
    sources = (source for stream in STREAMS.values() for source in stream.sources)
    return normaliser(next(source for source in sources if source.normaliser == name))


def _ref(table: str, record: Any) -> SourceRef:
    return SourceRef(table, 1, f"raw/{table}", str(record.line))


def _row(kind: type[RowT], table: str, record: Any, renamed: dict[str, str] | None = None, **given: Any) -> RowT:
    """The record as a row: fields of the same name, or as renamed; no text is "", ordinals count from 1."""
    values: dict[str, Any] = {"ref": _ref(table, record), **given}
    for field in fields(kind):  # type: ignore[arg-type]
        if field.name not in values:
            value = getattr(record, (renamed or {}).get(field.name, field.name))
            values[field.name] = "" if value is None and field.type is str else value
    if "ordinal" in values:
        values["ordinal"] += 1
    return kind(**values)


def _all(
    kind: type[RowT], table: str, records: Iterable[Any], renamed: dict[str, str] | None = None
) -> tuple[RowT, ...]:
    return tuple(_row(kind, table, record, renamed) for record in records)


_LEDGER = {"reconciled": "reconciled_quantity", "unreconciled": "unreconciled_quantity"}
_PAID = {"cash_units": "quantity_cash", "inventory_units": "quantity_inventory"}


def _balance(record: Any) -> BalanceRow:
    moved = sum(getattr(record, name) or 0 for name in MOVEMENTS)
    renamed = {"day": "period_start", "starting": "starting_balance", "ending": "ending_balance"}
    return _row(BalanceRow, "ledger_balances", record, renamed, moved=moved)


def _order(order: Any, item: Any, loaded: _Loaded) -> OrderRow:
    country = SHOPS.get(order.sales_channel or "")
    return _row(
        OrderRow,
        "order_items",
        item,
        {"price": "item_price", "shipping": "shipping_price", "gift_wrap": "gift_wrap_price", "promotion": _PROMOTION},
        purchased_on=loaded.day(order.purchased_at),
        item_id=item.order_item_ids or "",
        marketplace_id=_place(country).id if country else "",
        channel=(order.fulfilled_by or "").capitalize(),
        sales_channel=order.sales_channel or "",
        status=order.status.capitalize(),
        original_order_id=order.replaced_order_id or "",
    )


_PROMOTION = "promotion_discount"


@cache
def _place(country: str) -> Marketplace:
    return next(each for each in MARKETPLACES.values() if each.country == STORES.get(country, country))


def _removal(record: Any, asins: dict[str, str], paid: dict[str, date], day: Any) -> RemovalRow:
    counts = {name: f"{name}_quantity" for name in ("requested", "cancelled", "disposed", "shipped", "in_process")}
    return _row(
        RemovalRow,
        "removal_orders",
        record,
        {**counts, "fee": "removal_fee"},
        requested_on=day(record.requested_at),
        updated_on=day(record.updated_at),
        asin=asins.get(record.fnsku, ""),
        paid_on=paid.get(record.order_id),
    )


def _parcel(record: Any, asins: dict[str, str], day: Any) -> ParcelRow:
    renamed = {"order_type": "removal_order_type", "quantity": "shipped_quantity"}
    days = {"shipped_on": day(record.shipped_at), "asin": asins.get(record.fnsku, "")}
    return _row(ParcelRow, "removal_shipments", record, renamed, **days)


def _money(record: Any) -> MoneyRow:
    said = json.loads(record.metadata)
    renamed = {
        "kind": "transaction_type",
        "status": "transaction_status",
        "release_of": "deferred_transaction_id",
        "released_by": "release_transaction_id",
    }
    _, _, place = record.event_id.split(":", 2)
    given = {"item": place.split(":", 1)[0], "path": said["path"], "marketplace_id": ""}
    return _row(
        MoneyRow,
        "financial_events",
        record,
        renamed,
        shipment_id=said["related"].get("SHIPMENT_ID", ""),
        **given,
    )


def _sides(record: Any) -> tuple[Decimal, Decimal, Decimal] | None:
    sides = (record.longest_side, record.median_side, record.shortest_side)
    return None if None in sides else sides


def _preview(record: Any) -> FeePreviewRow:
    renamed = {
        "seen_on": "snapshot_on",
        "seen_until": "snapshot_on",
        "price": "your_price",
        "length_unit": "dimension_unit",
        "weight": "package_weight",
    }
    place = _place(record.store).id if record.store else ""
    return _row(FeePreviewRow, "fee_previews", record, renamed, sides=_sides(record), marketplace_id=place)


def _storage(record: Any) -> StorageRow:
    renamed = {
        "length_unit": "dimension_unit",
        "average_pending_removal": "average_units_pending_removal",
        "surcharge_rate": "utilization_surcharge_rate",
        "rate": "storage_rate",
        "fee": "storage_fee",
        "incentive": "incentive_amount",
        "dangerous_goods": "dangerous_goods_type",
    }
    return _row(StorageRow, "storage_charges", record, renamed, sides=_sides(record))


def _aged(record: Any) -> AgedRow:
    renamed = {"units": "units_charged", "amount": "amount_charged", "rate": "surcharge_rate"}
    return _row(AgedRow, "aged_inventory_charges", record, renamed)
