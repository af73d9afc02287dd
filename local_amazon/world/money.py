"""The money side: what each sale, refund, reimbursement and service posts to the seller's account."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from random import Random

from local_amazon.world.model import Item, Journal, Listing, Node, Reimbursement, Transaction, Window, moment, stream
from local_amazon.world.trade import Sale

GROUP_DAYS = 14  # a settlement period
REFERRAL = 0.15
DEFERRED_SHARE = 0.12
ID_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


class Account:
    """Posts transactions into the journal."""

    def __init__(self, seed: int, window: Window, journal: Journal) -> None:
        self.seed, self.window, self.journal = seed, window, journal

    def group(self, at: datetime) -> tuple[str, str]:
        """The settlement period a moment falls into, as the identifier Amazon gives it."""
        number = (at.date() - self.window.first).days // GROUP_DAYS
        return ("FINANCIAL_EVENT_GROUP_ID", _name(stream(self.seed, "group", number)))

    def post(
        self,
        rng: Random,
        at: datetime,
        kind: str,
        description: str,
        breakdowns: tuple[Node, ...],
        items: tuple[Item, ...] = (),
        related: tuple[tuple[str, str], ...] = (),
        matures_at: datetime | None = None,
    ) -> Transaction:
        """Write a transaction; one in a hundred shows up days late."""
        late = timedelta(days=rng.randrange(1, 7)) if rng.random() < 0.01 else timedelta(minutes=rng.randrange(1, 300))
        posted = Transaction(
            posted_at=at,
            visible_at=at + late,
            id=_name(rng),
            kind=kind,
            description=description,
            breakdowns=breakdowns,
            items=items,
            related=(self.group(at), *related),
            matures_at=matures_at,
            release_id=_name(rng) if matures_at else "",
        )
        self.journal.transactions.append(posted)
        return posted

    def sale(self, sale: Sale) -> None:
        """The order's payment, for some orders deferred until a week after delivery; later perhaps its refund."""
        rng = stream(self.seed, sale.order_id, "money")
        at = sale.shipped_at + timedelta(minutes=rng.randrange(10, 600), milliseconds=rng.randrange(1000))
        principal = sale.listing.price * sale.quantity
        fees = _sale_fees(sale.listing, sale.quantity)
        matures = at + timedelta(days=rng.randrange(8, 15)) if rng.random() < DEFERRED_SHARE else None
        related = (("ORDER_ID", sale.order_id), ("SHIPMENT_ID", _name(rng)[:15]))
        tree = (Node("ProductCharges", principal, (Node("OurPricePrincipal", principal),)), fees)
        item = Item(sale.listing, sale.quantity, principal + fees.cents, tree, sale.listing.title)
        posted = self.post(
            rng, at, "Shipment", "Order Payment", _summary("Sales", "Expenses", tree), (item,), related, matures
        )
        self._release(posted)
        if sale.refunded_at is not None:
            self._refund(rng, sale, sale.refunded_at)

    def _release(self, deferred: Transaction) -> None:
        if deferred.matures_at is None:
            return
        self.journal.transactions.append(
            Transaction(
                posted_at=deferred.matures_at,
                visible_at=max(deferred.matures_at, deferred.visible_at),
                id=deferred.release_id,
                kind=deferred.kind,
                description=deferred.description,
                breakdowns=deferred.breakdowns,
                items=deferred.items,
                related=(
                    self.group(deferred.matures_at),
                    *deferred.related[1:],
                    ("DEFERRED_TRANSACTION_ID", deferred.id),
                ),
            )
        )

    def _refund(self, rng: Random, sale: Sale, at: datetime) -> None:
        principal = -sale.listing.price * sale.refunded_units
        commission = round(-principal * REFERRAL)
        kept = -min(500, round(commission * 0.2))
        fees = Node("AmazonFees", commission + kept, (Node("Commission", commission), Node("RefundCommission", kept)))
        tree = (Node("ProductCharges", principal, (Node("OurPricePrincipal", principal),)), fees)
        item = Item(sale.listing, sale.refunded_units, principal + fees.cents, tree, sale.listing.title)
        related = (("ORDER_ID", sale.order_id), ("REFUND_ID", _name(rng)[:12]))
        summary = _summary("Refunded Sales", "Refunded Expenses", tree)
        self.post(rng, at, "Refund", "Refund Order", summary, (item,), related)

    def reimbursement(self, row: Reimbursement) -> None:
        """An FBA reimbursement as Amazon posts it: amounts at the transaction, none at its item (models issue 4993)."""
        if row.cash == 0:
            return
        rng = stream(self.seed, row.id, "money")
        at = row.approved_at + timedelta(hours=rng.randrange(1, 30))
        tree = (Node("Sales", row.amount, (Node("FBAInventoryReimbursement", row.amount),)),)
        item = Item(row.listing, abs(row.cash), row.amount, None, row.listing.title)
        related = (("ORDER_ID", row.order_id),) if row.order_id else ()
        self.post(rng, at, "Adjustment", "FBAInventoryReimbursement", tree, (item,), related)

    def services(self, monthly_units: int) -> None:
        """Subscription and storage every month (without SKU), a transfer to the bank every settlement period."""
        rng = stream(self.seed, "services")
        for first in _months(self.window):
            self._fee(rng, moment(first, 3, 12), "Subscription", "SubscriptionFee", 3999)
            storage = 40 * monthly_units + rng.randrange(500)
            self._fee(rng, moment(first + timedelta(days=6), 4, 40), "FBAStorageBilling", "FBAStorageFee", storage)

    def _fee(self, rng: Random, at: datetime, description: str, name: str, cents: int) -> None:
        tree = (Node("Expenses", -cents, (Node("AmazonFees", -cents, (Node(name, -cents),)),)),)
        item = Item(None, 0, -cents, tree[0].children)
        if at.date() in self.window:
            self.post(rng, at, "ServiceFee", description, tree, (item,))

    def transfers(self) -> None:
        """Pay out every ended settlement period; money that was still deferred counts when it is released."""
        sums: dict[int, int] = {}
        for each in self.journal.transactions:
            if each.matures_at is None:
                number = (each.posted_at.date() - self.window.first).days // GROUP_DAYS
                sums[number] = sums.get(number, 0) + each.cents
        for number, cents in sorted(sums.items()):
            at = moment(self.window.day((number + 1) * GROUP_DAYS), 2, 30)
            if cents > 0 and at.date() in self.window:
                tree = (Node("Transfer", -cents),)
                self.post(stream(self.seed, "transfer", number), at, "Transfer", "Disbursement", tree)


def _summary(sales: str, expenses: str, tree: tuple[Node, Node]) -> tuple[Node, ...]:
    return (Node(sales, tree[0].cents, (tree[0],)), Node(expenses, tree[1].cents, (tree[1],)))


def _sale_fees(listing: Listing, quantity: int) -> Node:
    commission = -round(listing.price * REFERRAL) * quantity
    fulfilment = -(306 + listing.price // 20) * quantity
    base = Node("FBAPerUnitFulfillmentFee", fulfilment, (Node("Base", fulfilment),))
    referral = Node("Commission", commission, (Node("Base", commission),))
    return Node("AmazonFees", commission + fulfilment, (referral, base))


def _months(window: Window) -> Iterator[date]:
    day = window.first.replace(day=1)
    while day <= window.last:
        yield day
        day = (day + timedelta(days=32)).replace(day=1)


def _name(rng: Random) -> str:
    return "".join(rng.choices(ID_LETTERS, k=43))
