"""Counting a seller's claims, which needs no detection."""

from datetime import date

from ..domain.values import home_marketplace, local_day
from .ports import Clock
from .records import Connection
from .work import Work


def today_of(connection: Connection, clock: Clock) -> date:
    """The day it is where the connection's marketplaces are."""
    return local_day(clock.now(), home_marketplace(list(connection.marketplace_ids)).zone)


def count_claims(work: Work, clock: Clock) -> int:
    """Claims of the seller that are neither expired nor resolved, by each marketplace's own today."""
    today = {
        connection.connection_id: today_of(connection, clock)
        for connection in work.connections.all()
        if connection.marketplace_ids
    }
    return work.detections.count_claims(today)
