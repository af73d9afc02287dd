"""Builds a world: the same settings give the same world, byte for byte."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from local_amazon.world import cases, losses, trade
from local_amazon.world.catalogue import Product, cost_rows, products
from local_amazon.world.model import PACIFIC, Journal, LedgerRow, Lot, Reimbursement, Transaction, Window
from local_amazon.world.money import Account
from local_amazon.world.stock import replenish


@dataclass(frozen=True, slots=True)
class WorldSettings:
    """What a world depends on. `now` (aware) is the clock's start; `ahead_days` of events lie after it."""

    now: datetime
    seed: int = 7
    size: int = 20_000
    days: int = 540  # a little less than the 18 months a first sync reads: the first losses, too, have days before them
    ahead_days: int = 30


@dataclass(frozen=True, slots=True)
class World:
    """Everything that happened, in time order. What a seller can see at a moment has `visible_at` up to it."""

    settings: WorldSettings
    products: list[Product]
    costs: list[tuple[str, int, date]]
    ledger: list[LedgerRow]
    reimbursements: list[Reimbursement]
    transactions: list[Transaction]
    lots: list[Lot]


def build_world(settings: WorldSettings) -> World:
    """Simulate the seller: first the losses, then as much trade as brings the rows to about `size`."""
    window = _window(settings)
    catalogue = products(settings.seed, settings.size, window)
    journal = Journal()
    for product in catalogue:
        rare = product.profile in ("mixed", "restored")
        (cases if rare else losses).simulate(settings.seed, product, window, journal)
    sales = _trade(settings, catalogue, window, journal)
    replenish(settings.seed, window, journal)
    _money(settings, sales, window, journal)
    return World(
        settings=settings,
        products=catalogue,
        costs=cost_rows(catalogue, window),
        ledger=sorted(journal.rows, key=lambda row: (row.at, row.listing.fnsku, row.reference, row.quantity)),
        reimbursements=sorted(journal.reimbursements, key=lambda row: (row.approved_at, row.id)),
        transactions=sorted(journal.transactions, key=lambda each: (each.posted_at, each.id)),
        lots=sorted(journal.lots, key=lambda lot: (lot.row.at, lot.row.listing.fnsku, lot.kind)),
    )


def _window(settings: WorldSettings) -> Window:
    today = settings.now.astimezone(PACIFIC).date()
    return Window(today - timedelta(days=settings.days), today, today + timedelta(days=settings.ahead_days))


def _trade(settings: WorldSettings, catalogue: list[Product], window: Window, journal: Journal) -> list[trade.Sale]:
    spoken_for = len(journal.rows) + len(journal.reimbursements) + settings.days // 7
    orders = max(0.0, settings.size - spoken_for) / trade.ROWS_PER_ORDER
    orders *= window.length / settings.days
    weight = sum(product.weight for product in catalogue)
    sales: list[trade.Sale] = []
    for product in catalogue:
        share = round(orders * product.weight / weight)
        sales += trade.simulate(settings.seed, product, window, journal, share)
    return sales


def _money(settings: WorldSettings, sales: list[trade.Sale], window: Window, journal: Journal) -> None:
    account = Account(settings.seed, window, journal)
    for sale in sales:
        account.sale(sale)
    for row in journal.reimbursements:
        account.reimbursement(row)
    account.services(max(10, len(sales) * 30 // max(1, window.length)))
    account.transfers()
