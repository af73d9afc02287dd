"""Rows as we store them: one dataclass per table, its fields are the columns; and the row that could not become one."""

from .base import Ordinals, Record, Rejected, natural_key
from .money import (
    AgedInventoryCharge,
    FeePreview,
    FinancialEvent,
    Reimbursement,
    SettlementLine,
    StorageCharge,
)
from .stock import (
    InboundShipment,
    InboundShipmentItem,
    InboundShipmentStatus,
    Inventory,
    LedgerBalance,
    LedgerEvent,
)
from .trade import (
    CustomerReturn,
    Order,
    OrderItem,
    RemovalOrder,
    RemovalShipment,
    Replacement,
    ShippedItem,
)

__all__ = [
    "AgedInventoryCharge",
    "CustomerReturn",
    "FeePreview",
    "FinancialEvent",
    "InboundShipment",
    "InboundShipmentItem",
    "InboundShipmentStatus",
    "Inventory",
    "LedgerBalance",
    "LedgerEvent",
    "Order",
    "OrderItem",
    "Ordinals",
    "Record",
    "Reimbursement",
    "Rejected",
    "RemovalOrder",
    "RemovalShipment",
    "Replacement",
    "SettlementLine",
    "ShippedItem",
    "StorageCharge",
    "natural_key",
]
