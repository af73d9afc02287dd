"""The page at `/`: what each seller holds, as Amazon would show it, and a truth that only developers may see.

Plain HTML without scripts; the browser's colour scheme decides between light and dark.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from html import escape

import numpy as np

from local_amazon.server import cells
from local_amazon.server.account import Account, seconds
from local_amazon.server.answers import Answer, html_answer
from local_amazon.world import names
from local_amazon.world.store import Batch
from local_amazon.world.truth import truth

RECENT = timedelta(days=30)
MOST = 12
STYLE = """
:root{color-scheme:light dark;--line:#8884;--quiet:light-dark(#555,#aaa);--warn:light-dark(#92400e,#fbbf24)}
body{font:15px/1.5 system-ui,sans-serif;margin:0 auto;max-width:72rem;padding:1rem}
h1{font-size:1.4rem}h2{font-size:1.25rem;margin:2.5rem 0 .4rem}h3{font-size:1.05rem;margin:2rem 0 .4rem}
nav a{margin-right:1rem}
.numbers{display:flex;flex-wrap:wrap;gap:1rem;margin:1rem 0;padding:0;list-style:none}
.numbers li{border:1px solid var(--line);border-radius:.5rem;padding:.5rem 1rem}
.numbers b{display:block;font-size:1.3rem;font-variant-numeric:tabular-nums}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%}
th,td{text-align:left;padding:.25rem .6rem;border-bottom:1px solid var(--line);white-space:nowrap}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}
.truth{border:2px dashed var(--warn);border-radius:.5rem;padding:0 1rem 1rem;margin:2rem 0}
.truth h3{color:var(--warn)}
footer{color:var(--quiet);margin:3rem 0 1rem}
"""
Cell = str | int | float
Row = Sequence[Cell]


def home(accounts: list[Account], now: datetime) -> Answer:
    """The page as of `now`."""
    links = "".join(f'<a href="#{_id(each)}">{escape(each.seller.store_name)}</a>' for each in accounts)
    sections = "".join(_seller(account, now) for account in accounts)
    return html_answer(
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>Local Amazon</title><style>{STYLE}</style></head><body>"
        f"<h1>Local Amazon</h1><p>A stand-in for development. The clock stands at <b>{_moment(now)}</b>.</p>"
        f"<nav>{links}</nav><main>{sections}</main>"
        "<footer>Synthetic sellers; their rates are assumptions. Results on them verify logic, they promise no "
        "recoveries.</footer></body></html>"
    )


def _seller(account: Account, now: datetime) -> str:
    seller = account.seller
    stores = ", ".join(market.name for market in account.markets)
    parts = (
        f'<section id="{_id(account)}">',
        f"<h2>{escape(seller.store_name)} · {seller.selling_partner_id}</h2>",
        f"<p>Region {seller.region.upper()}: {stores}</p>",
        *(_stock(account, market, now) for market in range(len(account.markets))),
        _orders(account, now),
        _inbound(account, now),
        _reimbursements(account, now),
        _truth(account, now),
        "</section>",
    )
    return "".join(parts)


def _stock(account: Account, market: int, now: datetime) -> str:
    held = account.tables.inventory(market, seconds(now))
    inbound = held["inbound_working"] + held["inbound_shipped"] + held["inbound_receiving"]
    researching = held["researching_short"] + held["researching_mid"] + held["researching_long"]
    kinds = [name for name in held.columns if name.endswith("_damaged") or name in ("defective", "expired")]
    unsellable = np.sum([held[name] for name in kinds], axis=0)
    reserved = held["pending_order"] + held["in_transit"] + held["processing"]
    columns = {
        "Available": held["fulfillable"],
        "Reserved": reserved,
        "Unfulfillable": unsellable,
        "Researching": researching,
        "Inbound": inbound,
    }
    title = f"Stock in {account.markets[market].name}"
    listings = [account.world.listings[number] for number in held["listing"].tolist()]
    most = np.argsort(-held["fulfillable"], kind="stable")[:MOST].tolist()
    rows = [
        (listings[n].sku, listings[n].fnsku, listings[n].title, *(int(each[n]) for each in columns.values()))
        for n in most
    ]
    totals = _numbers({name: int(each.sum()) for name, each in columns.items()})
    return _section(title, totals + _table(("SKU", "FNSKU", "Product", *columns), rows), len(held))


def _orders(account: Account, now: datetime) -> str:
    batches = _recent(account, "orders", now)
    lines = sum(len(batch) for batch in batches)
    rows = [
        (
            names.order_id(int(batch["order"][n])),
            _stamp(batch, "purchased", n),
            batch.words("status")[n],
            account.world.listings[int(batch["listing"][n])].sku,
            int(batch["quantity"][n]),
            _money(account, batch, "price", n),
        )
        for batch, n in _newest(batches)
    ]
    head = ("Order", "Purchased", "Status", "SKU", "Units", "Price")
    return _section("Order lines of the last 30 days", _table(head, rows), lines)


def _inbound(account: Account, now: datetime) -> str:
    batches = list(account.tables.rows("inbound_shipments", 0, seconds(now) + 1, seconds(now), by="updated"))
    rows = [
        (
            names.shipment_id(int(batch["shipment"][n])),
            batch.words("status")[n],
            batch.words("center")[n],
            _stamp(batch, "updated", n),
        )
        for batch, n in _newest(batches, by="updated")
    ]
    head = ("Shipment", "Status", "Centre", "Updated")
    return _section("Inbound shipments", _table(head, rows), sum(map(len, batches)))


def _reimbursements(account: Account, now: datetime) -> str:
    batches = _recent(account, "reimbursements", now, timedelta(days=3650))
    rows = [
        (
            names.digits(int(batch["number"][n])),
            _stamp(batch, "approved", n),
            batch.words("reason")[n],
            account.world.listings[int(batch["listing"][n])].sku if batch["listing"][n] >= 0 else "",
            int(batch["cash"][n]),
            int(batch["in_kind"][n]),
            f"{batch.words('currency')[n]} {cells.two_digits(int(batch['amount'][n]))}",
        )
        for batch, n in _newest(batches)
    ]
    head = ("Reimbursement", "Approved", "Reason", "SKU", "Cash units", "Units in kind", "Amount")
    return _section("Reimbursements", _table(head, rows), sum(map(len, batches)))


def _truth(account: Account, now: datetime) -> str:
    """What Amazon would never show."""
    totals: dict[str, dict[str, float]] = truth(account.world, now)["totals"]
    known = list(next(iter(totals.values()), {}))
    rows: list[Row] = [(kind.replace("_", " "), *map(each.__getitem__, known)) for kind, each in totals.items()]
    head = ("What went wrong", *(name.replace("_", " ") for name in known))
    return (
        '<div class="truth"><h3>Truth, for development only</h3>'
        "<p>What really happened to this seller's units and money. Amazon shows nothing of it; the product never "
        f"sees it.</p>{_table(head, rows)}</div>"
    )


def _recent(account: Account, table: str, now: datetime, span: timedelta = RECENT) -> list[Batch]:
    return list(account.tables.rows(table, seconds(now - span), seconds(now) + 1, seconds(now)))


def _newest(batches: list[Batch], by: str = "") -> list[tuple[Batch, int]]:
    """The last rows, or those with the greatest `by`, newest first."""
    places = [(batch, n) for batch in reversed(batches) for n in reversed(range(len(batch)))]
    return sorted(places, key=lambda place: -int(place[0][by][place[1]]) if by else 0)[:MOST]


def _section(title: str, body: str, count: int) -> str:
    return f"<h3>{escape(title)} ({count})</h3>{body}"


def _numbers(numbers: dict[str, int]) -> str:
    return f'<ul class="numbers">{"".join(f"<li><b>{value:,}</b>{name}</li>" for name, value in numbers.items())}</ul>'


def _table(head: Sequence[str], rows: Sequence[Row]) -> str:
    if not rows:
        return "<p>None.</p>"
    first = "".join(
        f"<th scope=col{_align(cell)}>{escape(name)}</th>" for name, cell in zip(head, rows[0], strict=True)
    )
    rest = "".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in rows)
    return f'<div class="scroll" tabindex="0"><table><thead><tr>{first}</tr></thead><tbody>{rest}</tbody></table></div>'


def _cell(value: Cell) -> str:
    text = f"{value:,}" if isinstance(value, int) else f"{value:,.2f}" if isinstance(value, float) else escape(value)
    return f"<td{_align(value)}>{text}</td>"


def _align(value: Cell) -> str:
    return "" if isinstance(value, str) else ' class="n"'


def _money(account: Account, batch: Batch, column: str, n: int) -> str:
    return f"{account.markets[int(batch['market'][n])].currency} {cells.two_digits(int(batch[column][n]))}"


def _stamp(batch: Batch, column: str, n: int) -> str:
    return _moment(datetime.fromtimestamp(int(batch[column][n]), tz=UTC))


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")


def _id(account: Account) -> str:
    return account.seller.selling_partner_id
