"""Builds a world: the same settings give the same world, byte for byte."""

import numpy as np

from local_amazon.world import charges, customers, money, removals, stock, storage, trade
from local_amazon.world.confounders import edges
from local_amazon.world.confounders import inbound as odd_inbound
from local_amazon.world.confounders import orders as odd_orders
from local_amazon.world.confounders import removals as odd_removals
from local_amazon.world.confounders import warehouse as rare
from local_amazon.world.customers import Sales
from local_amazon.world.incidents import fees, inbound, losses, orders, payments, replacements
from local_amazon.world.incidents import removals as bad_removals
from local_amazon.world.incidents import stock as bad_stock
from local_amazon.world.settings import WorldSettings
from local_amazon.world.stage import Stage
from local_amazon.world.stock import Shipment
from local_amazon.world.store import Numbers
from local_amazon.world.trade import Lines
from local_amazon.world.world import World

SORTED_BY: dict[str, tuple[str, ...]] = {
    "orders": ("purchased", "order", "item"),
    "customer_shipments": ("shipped", "shipment", "item"),
    "finances": ("posted", "number"),
    "settlements": ("ends", "number"),
    "ledger": ("day", "time", "listing", "reference", "quantity", "disposition"),
    "reimbursements": ("approved", "number"),
    "returns": ("returned", "plate"),
    "replacements": ("shipped", "replacement"),
    "inbound_shipments": ("created", "shipment"),
    "inbound_items": ("updated", "shipment", "listing"),
    "removal_orders": ("requested_at", "order"),
    "removal_shipments": ("shipped_at", "tracking"),
    "storage_charges": ("month", "listing", "market", "center"),
    "aged_charges": ("day", "listing", "market", "tier"),
}
"""The order of each table's rows; the first column is what a window of the table means."""

PLANNED = 12  # units of an inbound plan, never sent, of the first retired listing


def build_world(settings: WorldSettings) -> World:
    """Simulate the seller: trade first, then what goes wrong with it, then the money that follows from both."""
    stage = Stage(settings)
    _simulate(stage)
    stage.truth.forget_after(stage.calendar.end)
    return World(
        settings=settings,
        markets=stage.markets,
        products=stage.products,
        listings=stage.listings,
        stores={table: stage.journal.store(table, by) for table, by in SORTED_BY.items()},
        truth=stage.truth,
        unknown=stage.unknown,
        planned={len(stage.sold): PLANNED},
    )


def _simulate(stage: Stage) -> None:
    episodes = charges.mismeasure(stage)
    charges.repackage(stage)
    lines = trade.simulate(stage)
    charges.charge(stage, lines)
    trade.write(stage, lines)
    trade.transfers(stage, lines)
    _in_the_warehouse(stage, lines)
    sales = customers.open_sales(stage, lines)
    _with_customers(stage, sales)
    shipments = _in_and_out(stage)
    fees.of_inbound(stage, shipments)
    wrong = fees.simulate(stage, sales, episodes)
    edges.charges(sales, wrong)
    storage.simulate(stage)
    payments.simulate(stage)
    money.post(stage, sales, wrong)
    money.settle(stage)


def _in_the_warehouse(stage: Stage, lines: Lines) -> None:
    sold = _sold(stage, lines)
    losses.simulate(stage, sold)
    bad_stock.simulate(stage, sold)
    rare.simulate(stage)


def _with_customers(stage: Stage, sales: Sales) -> None:
    odd_orders.simulate(sales)
    edges.simulate(sales)
    orders.simulate(sales)
    odd_orders.merchants(sales)
    odd_orders.cross_fee_edges(sales)
    replacements.simulate(sales)
    customers.simulate(stage, sales)
    odd_orders.hide_returns(sales)


def _in_and_out(stage: Stage) -> list[Shipment]:
    """Removals first: what leaves has to come in."""
    odd_removals.simulate(stage)
    bad_removals.simulate(stage, removals.simulate(stage))
    shipments = stock.replenish(stage)
    inbound.simulate(stage, shipments)
    odd_inbound.simulate(stage, shipments)
    return shipments


def _sold(stage: Stage, lines: Lines) -> Numbers:
    """Units sent of each listing (row) in each marketplace (column)."""
    sent = lines.sent()
    sold = np.zeros((len(stage.listings), len(stage.markets)), np.int64)
    np.add.at(sold, (lines.listing[sent], lines.market[sent]), lines.quantity[sent])
    return sold
