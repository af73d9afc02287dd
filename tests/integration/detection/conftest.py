"""Detection on a real Postgres: rows are stored as a sync stores them, and jobs run as the queue runs them."""

import io
from collections.abc import Iterable, Iterator
from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from clario.db.connection import PostgresDatabase
from clario.domain.claims import StoredClaim
from clario.domain.detection.rows.facts import Names
from clario.domain.records import Record, natural_key
from clario.domain.records.money import FeePreview, FinancialEvent, Reimbursement
from clario.domain.records.stock import LedgerEvent
from clario.domain.records.trade import CustomerReturn
from clario.domain.sources import FoundReportSource
from clario.domain.streams import STREAMS
from clario.domain.tables import TABLES
from clario.domain.values import DayRange
from clario.payloads import SyncTask
from clario.services.costs import put_costs_csv
from clario.services.detect import run_detection
from clario.services.normalize import _csv
from clario.services.records import Document, EnvironmentConnection
from clario.services.work import Database
from devstack.clock import VirtualClock

SELLER, US = "anna", "ATVPDKIKX0DER"
NOON = datetime(2026, 6, 15, 19, 0, tzinfo=UTC)
TODAY = date(2026, 6, 15)
EVER = DayRange(date(2025, 9, 1), date(2026, 12, 31))

# What is written anew by every run, and where a window counted from discovery begins.
INCIDENTAL = {"id", "sync_id", "changed_sync_id", "discovery_date", "created_at", "updated_at", "days_remaining"}


class Books:
    """What Amazon's reports say of one seller, and the detection over it."""

    def __init__(self, database: PostgresDatabase, clock: VirtualClock) -> None:
        self.database, self.clock = database, clock
        with database.transaction(SELLER) as work:
            work.connections.add_environment(EnvironmentConnection("na", is_sandbox=True, token_fingerprint="f"))
            self.connection = work.connections.all()[0]
            work.connections.set_marketplaces(self.connection.connection_id, [US])
            self.connection = work.connections.all()[0]
            work.syncs.add("sync", "manual")
        self.cover(EVER)
        self._age = 0

    # -- what is loaded

    def cover(self, days: DayRange) -> None:
        """All streams are loaded, and hold nothing."""
        for stream in STREAMS.values():
            for source in stream.sources:
                if not isinstance(source, FoundReportSource):
                    self.run(
                        "INSERT INTO coverage (connection_id, seller_id, dataset, stream, source, scope, day, as_of)"
                        " SELECT %(connection)s, %(seller)s, %(dataset)s, %(stream)s, %(source)s, %(scope)s, day,"
                        " %(as_of)s FROM generate_series(%(start)s::date, %(end)s::date, '1 day') AS day"
                        " ON CONFLICT DO NOTHING",
                        dataset=source.dataset,
                        stream=stream.name,
                        source=source.name,
                        scope=US,
                        as_of=NOON - timedelta(days=900),
                        start=days.start,
                        end=days.end,
                    )

    def uncover(self, stream: str, days: DayRange) -> None:
        self.run(
            "DELETE FROM coverage WHERE stream = %(stream)s AND day BETWEEN %(start)s AND %(end)s",
            stream=stream,
            start=days.start,
            end=days.end,
        )

    def store(self, stream: str, table: str, records: Iterable[Record], days: DayRange = EVER) -> None:
        """A document of a stream's first source that says what these days hold."""
        self._age += 1
        source = STREAMS[stream].sources[0]
        parts = {name: io.BytesIO(b"".join(_csv(iter(()), TABLES[name]))) for name in source.tables}
        parts[table] = io.BytesIO(b"".join(_csv(iter(records), TABLES[table])))
        document = Document(
            0, self.connection.connection_id, stream, source.name, US, days, f"raw/{stream}/{self._age}", "0" * 64, 1,
            None, NOON + timedelta(seconds=self._age), False,
        )  # fmt: skip
        with self.database.transaction(SELLER) as work:
            kept = work.loads.document(work.loads.add_document(document))
            work.loads.store(kept, parts, [])

    def ledger(self, *rows: LedgerEvent, days: DayRange = EVER) -> None:
        """The ledger's rows of these days, and no others."""
        self.store("ledger", "ledger_events", rows, days)

    def paid(self, *rows: Reimbursement) -> None:
        self.store("reimbursements", "claims", rows)

    def returns(self, *rows: CustomerReturn) -> None:
        self.store("returns", "returns", rows)

    def money(self, *rows: FinancialEvent) -> None:
        self.store("financial_events", "financial_events", rows)

    def estimated(self, day: date, *rows: FeePreview) -> None:
        """The fee previews of a day."""
        stated = [replace(row, snapshot_on=day) for row in rows]
        self.store("fees", "fee_previews", stated, DayRange(day, day))

    def costs(self, sku: str, cost: str) -> None:
        text = f"sku,unitCost,currency,validFrom\n{sku},{cost},USD,2025-01-01\n"
        put_costs_csv(SELLER, text, database=self.database)

    # -- detection

    def detect(self, database: Database | None = None, deadline: datetime | None = None) -> bool:
        """One job, from the queue to the end of its worker."""
        with self.database.transaction(SELLER) as work:
            work.detections.enqueue("sync", is_sandbox=True)
        return self.go_on(database, deadline)

    def go_on(self, database: Database | None = None, deadline: datetime | None = None) -> bool:
        task = SyncTask(seller_id=SELLER, sync_id="sync")
        return run_detection(task, database=database or self.database, clock=self.clock, deadline=deadline)

    def days_pass(self, days: int) -> None:
        self.clock.sleep(days * 86_400)

    def claims(self) -> dict[str, StoredClaim]:
        """By FNSKU, or SKU where a claim has none."""
        with self.database.transaction(SELLER) as work:
            stored = work.detections.stored(self.connection.connection_id)
        return {entry.claim.fnsku or entry.claim.sku: entry for entry in stored}

    def told(self) -> dict[str, str]:
        """The state of each claim: its tier while it is open, else its status."""
        return {
            name: entry.status.value if entry.status.value == "resolved" else entry.claim.tier.value
            for name, entry in self.claims().items()
        }

    def history(self, name: str) -> list[tuple[str, str]]:
        mark = self.claims()[name].claim.fingerprint
        rows = self.run(
            "SELECT h.kind, h.entry ->> 'reason' AS reason FROM detection_history AS h"
            " JOIN detection_results AS d ON d.id = h.detection_id WHERE d.fingerprint = %(mark)s ORDER BY h.number",
            mark=mark,
        )
        return [(row["kind"], row["reason"]) for row in rows]

    def open_claims(self) -> list[dict[str, Any]]:
        """All that is told of the open claims, but what every run writes anew."""
        rows = self.run("SELECT * FROM detection_results WHERE status <> 'resolved' ORDER BY fingerprint")
        return [{name: value for name, value in row.items() if name not in INCIDENTAL} for row in rows]

    def looked_at(self) -> set[str]:
        """The components that were looked at since the last call."""
        now = {row["key"]: row["xmin"] for row in self.run("SELECT key, xmin::text FROM detection_components")}
        before, self._versions = getattr(self, "_versions", {}), now
        return {key for key, version in now.items() if before.get(key) != version}

    def named(self) -> frozenset[Names]:
        """Which names rows have, as a survey knows."""
        with self.database.transaction(SELLER, snapshot=True) as work:
            survey = work.detections.survey(self.connection, TODAY)
        return frozenset(names for named in survey.named_by_component.values() for names, _ in named)

    def from_scratch(self) -> list[dict[str, Any]]:
        """What a run that remembers nothing says; what was remembered is gone afterwards."""
        for table in ("detection_results", "detection_components", "touched_items"):
            self.run(f"DELETE FROM {table}")
        self.detect()
        return self.open_claims()

    def run(self, query: str, **values: object) -> list[dict[str, Any]]:
        given = {"connection": self.connection.connection_id, "seller": SELLER, **values}
        with self.database.statements(SELLER) as statements:
            cursor = statements.connection.execute(query, given)
            return cursor.fetchall() if cursor.description else []


@pytest.fixture
def books(database_url: str) -> Iterator[Books]:
    clock = VirtualClock(NOON)
    database = PostgresDatabase(database_url, clock)
    yield Books(database, clock)
    database.close()


def moved(name: str, day: date, reason: str, units: int, **values: Any) -> LedgerEvent:
    """A stock adjustment of product `name`: FNSKU X…, ASIN B…, SKU S…"""
    row = LedgerEvent(
        line=1,
        occurred_on=day,
        event_key=natural_key(name, day, reason, units, sorted(values.items())),
        ordinal=0,
        occurred_at=None,
        fnsku=f"X{name}",
        asin=f"B{name}",
        msku=f"S{name}",
        title=None,
        event_type="Adjustments",
        reference_id="1",
        quantity=units,
        fulfillment_center="PHX7",
        disposition="SELLABLE",
        reason=reason,
        country="US",
        reconciled_quantity=None,
        unreconciled_quantity=None,
        store=None,
    )
    return replace(row, **values)


def lost(name: str, day: date, units: int = 1, **values: Any) -> LedgerEvent:
    return moved(name, day, "M", -units, **values)


def found(name: str, day: date, units: int = 1) -> LedgerEvent:
    return moved(name, day, "F", units)


def taken_in(name: str, day: date, units: int = 1) -> LedgerEvent:
    """What a customer sent back, as the ledger has it."""
    return moved(name, day, "", units, event_type="CustomerReturns", disposition="DEFECTIVE")


def sent_back(name: str, day: date, units: int = 1, order: str | None = None) -> CustomerReturn:
    """The same, as the returns report has it."""
    row: dict[str, Any] = dict.fromkeys(field.name for field in fields(CustomerReturn))
    row |= {"line": 1, "row_key": natural_key(name, day, units), "ordinal": 0, "returned_on": day, "order_id": order}
    row |= {"sku": f"S{name}", "fnsku": f"X{name}", "asin": f"B{name}", "quantity": units, "disposition": "DEFECTIVE"}
    return CustomerReturn(**row)


def reimbursed(name: str, day: date, units: int = 1, number: str = "", **values: Any) -> Reimbursement:
    reason = values.pop("reason", "Lost_Warehouse")
    row = Reimbursement(
        line=1,
        approved_on=day,
        reimbursement_id=number or f"R{name}{day}",
        row_key=natural_key(name, day, units, reason),
        ordinal=0,
        approved_at=datetime(day.year, day.month, day.day, 12, tzinfo=UTC),
        case_id=None,
        order_id=None,
        reason=reason,
        sku=f"S{name}",
        fnsku=f"X{name}",
        asin=f"B{name}",
        product_name=None,
        condition=None,
        currency="USD",
        amount_per_unit=Decimal(6),
        amount_total=Decimal(6 * units),
        quantity_cash=units,
        quantity_inventory=0,
        quantity_total=units,
        original_reimbursement_id=None,
        original_reimbursement_type=None,
    )
    return replace(row, **values)


def paid_line(name: str, day: date, kind: str, path: str, amount: str, order: str, number: int = 1) -> FinancialEvent:
    """One amount of a transaction about an order."""
    transaction = f"{kind}-{order}"
    return FinancialEvent(
        line=1,
        posted_on=day,
        event_id=f"2024-06-19:{transaction}:0:{path}:{number}",
        event_type="Order",
        event_date=datetime(day.year, day.month, day.day, 12, tzinfo=UTC),
        transaction_id=transaction,
        transaction_type=kind,
        transaction_status="RELEASED",
        order_id=order,
        sku=f"S{name}",
        asin=f"B{name}",
        amount=Decimal(amount),
        currency="USD",
        quantity=1,
        description=None,
        deferred_transaction_id=None,
        release_transaction_id=None,
        metadata=f'{{"path": "{path}", "related": {{}}}}',
    )


def estimate(name: str, price: str = "24.00") -> FeePreview:
    """What Amazon would charge for one unit of a product, and what it measured."""
    row: dict[str, Any] = dict.fromkeys(field.name for field in fields(FeePreview))
    row |= {"line": 1, "row_key": natural_key(f"S{name}"), "ordinal": 0, "snapshot_on": TODAY}
    row |= {"sku": f"S{name}", "fnsku": f"X{name}", "asin": f"B{name}", "store": "US", "product_group": "Home"}
    row |= {"your_price": Decimal(price), "currency": "USD", "size_tier": "small"}
    return FeePreview(**row)
