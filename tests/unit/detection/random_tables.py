"""Random tables (`tables.py`) in which a few items, orders, shipments and removals meet each other often."""

from hypothesis import strategies as st

ITEMS = st.sampled_from(["", " fnsku=X2", " fnsku=X3 asin=B2", " fnsku=X4 asin=B4", " fnsku=X5 asin=B5 sku=SKU-X4"])
DAYS = st.integers(-120, 50)
UNITS = st.integers(1, 3)
ORDERS = st.sampled_from(["O1", "O2", "O3"])
AMAZON = st.sampled_from(["", "", " open=0 settled=1", " open=1 settled=0"])

LOSSES = st.builds(
    "d{} {} -{}{}{}{}".format,
    DAYS,
    st.sampled_from("M5E6HKDGO4"),
    UNITS,
    st.sampled_from(["", "", " in=WAREHOUSE_DAMAGED"]),
    ITEMS,
    AMAZON,
)
GAINS = st.builds("d{} {} +{}{}".format, DAYS, st.sampled_from("FN3"), UNITS, ITEMS)
REASONS = st.sampled_from(
    [
        "Lost_Warehouse",
        "Damaged_Warehouse",
        "Lost_Inbound",
        "Damaged_Inbound",
        "GeneralAdjustment",
        "Removal_Order_Lost",
    ]
)
PAID = st.builds(
    "d{} {} {} {}{}".format,
    DAYS,
    REASONS,
    st.sampled_from(["cash", "stock"]),
    UNITS,
    ITEMS,
)
PAID_ORDERS = st.builds(
    "d{} {} cash {} order={}{}".format,
    DAYS,
    st.sampled_from(["CustomerReturn", "Lost_Outbound", "Lost_Warehouse"]),
    UNITS,
    ORDERS,
    ITEMS,
)
REVERSALS = st.builds(
    "d{} Reversal_Reimbursement cash -{} stock {} of=R{}{}".format, DAYS, UNITS, st.integers(0, 1), DAYS, ITEMS
)
REVERSED = st.builds(
    "d{0} Lost_Warehouse cash 2 id=V{0} \n d{1} Reversal_Reimbursement cash -{2} stock {3} of=V{0}".format,
    DAYS,
    DAYS,
    UNITS,
    st.integers(0, 1),
)
MOVES = st.builds(
    "d{0} Q -1 in=WAREHOUSE_DAMAGED{1} \n d{0} P +1 in={2}{1}".format,
    DAYS,
    ITEMS,
    st.sampled_from(["SELLABLE", "DEFECTIVE"]),
)
SOLD = st.builds("d{0} order {1}x20 of={2}{3} \n d{4} refund {1}x20 of={2}{3}".format, DAYS, UNITS, ORDERS, ITEMS, DAYS)
RETURNS = st.builds(
    "d{} return {} of={} in={}{}".format,
    DAYS,
    UNITS,
    ORDERS,
    st.sampled_from(["SELLABLE", "DAMAGED", "CARRIER_DAMAGED", "DEFECTIVE"]),
    ITEMS,
)
ORDER_LINES = st.builds(
    "d{} {}{}".format,
    DAYS,
    st.sampled_from(
        ["recharge 1x20", "refund 1x15", "chargeback 1x20 of=O2", "replace 1 with=O2", "replace 1 with=O3 code=1"]
    ),
    ITEMS,
)
STOCK_LINES = st.builds(
    "d{} {}{}".format,
    DAYS,
    st.sampled_from(
        [
            "restock +1",
            "restock +1 in=DEFECTIVE",
            "transfer -1",
            "transfer +1",
            "takeout -2 of=V1",
            "balance 5-1=3",
            "balance 3+0=4",
        ]
    ),
    ITEMS,
)
SHIPMENTS = st.builds(
    "d{0} inbound {1}/{2} of={3}{4}{5}".format,
    st.integers(-90, 0),
    st.integers(1, 9),
    st.integers(0, 9),
    st.sampled_from(["S1", "S2"]),
    st.sampled_from(["", " delivered=d2", " delivered=d2 closed=d20", " delivered=d-30 closed=d0 partnered=yes"]),
    ITEMS,
)
RECEIPTS = st.builds(
    "d{} receive {} of={}{}{}".format,
    DAYS,
    st.sampled_from(["+1", "+3", "+9", "-2"]),
    st.sampled_from(["S1", "S2"]),
    st.sampled_from(["", " in=CARRIER_DAMAGED"]),
    ITEMS,
)
REMOVALS = st.builds(
    "d{} {}{}".format,
    st.integers(-120, 40),
    st.sampled_from(
        [
            "removal 5 shipped=3",
            "removal 5 shipped=3 disposed=2",
            "removal 5 type=Disposal disposed=3",
            "removal 5 type=Liquidations shipped=5",
            "parcel 2",
            "parcel 2 track=2Z",
        ]
    ),
    ITEMS,
)
WAREHOUSE_LINES = st.one_of(LOSSES, LOSSES, GAINS, PAID, REVERSALS, REVERSED, MOVES)
WAREHOUSE_TABLES = st.lists(WAREHOUSE_LINES, max_size=25).map("\n".join)
LINES = st.one_of(
    LOSSES,
    GAINS,
    PAID,
    PAID_ORDERS,
    REVERSED,
    MOVES,
    SOLD,
    RETURNS,
    ORDER_LINES,
    STOCK_LINES,
    SHIPMENTS,
    RECEIPTS,
    REMOVALS,
)
TABLES = st.lists(LINES, max_size=30).map("\n".join)
