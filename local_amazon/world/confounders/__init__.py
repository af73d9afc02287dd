"""What makes discrepancies hard to tell, K01 to K28: each an injector that the setting `confounders` switches.

Some are cases of their own: the modules here (`warehouse` deals out those of `settlements` and `reversals`). Some are
ways in which ordinary things happen, and ask `stage.confounded("K..")` where they do (`losses`, `trade`, `charges`,
`money`). Every discrepancy that one of them shapes carries its name.
"""

MEANINGS: dict[str, str] = {
    "K01": "lost units turn up later, even after they were paid",
    "K02": "Amazon pays, but names another reason",
    "K03": "Amazon gives units instead of money: shown in the report, in the ledger, or in both",
    "K04": "an order of several units is refunded and returned in part",
    "K05": "a refund of money only: a goodwill, postage, a part of the price",
    "K06": "an order goes out in two parcels; an inbound plan arrives as several shipments that make up for each other",
    "K07": "a reimbursement in another currency than the loss",
    "K08": "one FNSKU in several countries, and reimbursements that name none",
    "K09": "a product changes its SKU, its FNSKU or its ASIN between loss and settlement",
    "K10": "units are found under the shared label Amazon.Found",
    "K11": "events late in the evening, on the other day in UTC",
    "K12": "rows that show days or weeks after they happened",
    "K13": "payments are taken back: wholly, in part, for stock, twice, or without a trace of the first",
    "K14": "rows that are equal in every field and still two",
    "K15": "Amazon's reconciled quantity moves in steps, later than the payment",
    "K16": "ledger codes that look like losses and are moves, corrections and pairs",
    "K17": "prices and dates at the edges of fee tables",
    "K18": "sizes just inside a tier, and packages that really change",
    "K19": "losses, refunds and removals exactly at the edges of their time to claim",
    "K20": "a stretch of a report that is missing for weeks",
    "K21": "one payment for several losses, several payments for one",
    "K22": "inbound shipments that are cancelled, deleted, edited, mixed up",
    "K23": "orders without Amazon's fulfilment, without price, or as replacements",
    "K24": "a return under another order's number, or after the customer's refund was paid to the seller",
    "K25": "a code nobody has seen, an empty FNSKU",
    "K26": "payments of the time before Amazon paid by cost",
    "K27": "units paid twice: owed back, not owed",
    "K28": "what the seller's own settings do: refunds without return, disposals, removals of expired stock",
}
