-- name: ledger_facts
-- Columns, here and below: the fields of the row that detection reads, in their order, then document and line. Rows of
-- these items, with days of those only these days' sales; without items (null), those that other components must know
-- of: redefinitions, and receipts of these shipments. Sales are summed by day: no rule looks at a single one.
SELECT e.occurred_on, e.fnsku, coalesce(e.asin, ''), coalesce(e.msku, ''), e.event_type, coalesce(e.reference_id, ''),
       e.quantity, coalesce(e.fulfillment_center, ''), coalesce(e.disposition, ''), coalesce(e.reason, ''),
       coalesce(e.country, ''), e.reconciled_quantity, e.unreconciled_quantity, e.ordinal + 1, e.document_id, e.line
FROM ledger_events AS e
WHERE e.connection_id = %(connection_id)s AND e.occurred_on <= %(until)s AND %(sold_on)s::date[] IS NULL
  AND ((e.fnsku = ANY (%(fnskus)s::text[]) AND e.event_type <> 'Shipments')
       OR (e.event_type = 'Receipts' AND e.reference_id = ANY (%(shipment_ids)s::text[]))
       OR (%(fnskus)s::text[] IS NULL AND e.event_type = 'Adjustments' AND e.reason IN ('3', '4')))
UNION ALL
SELECT e.occurred_on, e.fnsku, coalesce(e.asin, ''), coalesce(e.msku, ''), 'Shipments', '', sum(e.quantity)::integer,
       '', '', '', '', NULL, NULL, 1, max(e.document_id), min(e.line)
FROM ledger_events AS e
WHERE e.connection_id = %(connection_id)s AND e.occurred_on <= %(until)s AND e.event_type = 'Shipments'
  AND e.fnsku = ANY (%(fnskus)s::text[])
  AND (%(sold_on)s::date[] IS NULL OR e.occurred_on = ANY (%(sold_on)s::date[]))
GROUP BY e.occurred_on, e.fnsku, e.asin, e.msku

-- name: balance_facts
SELECT b.period_start, b.fnsku, coalesce(b.asin, ''), coalesce(b.msku, ''), coalesce(b.disposition, ''),
       coalesce(b.location, ''), b.starting_balance,
       coalesce(b.receipts, 0) + coalesce(b.customer_shipments, 0) + coalesce(b.customer_returns, 0)
       + coalesce(b.vendor_returns, 0) + coalesce(b.warehouse_transfers, 0) + coalesce(b.found, 0)
       + coalesce(b.lost, 0) + coalesce(b.damaged, 0) + coalesce(b.disposed, 0) + coalesce(b.other_events, 0)
       + coalesce(b.unknown_events, 0),
       coalesce(b.found, 0), coalesce(b.in_transit, 0), b.ending_balance, b.document_id, b.line
FROM ledger_balances AS b
WHERE b.connection_id = %(connection_id)s AND b.period_start <= %(until)s AND b.fnsku = ANY (%(fnskus)s::text[])

-- name: reimbursement_facts
-- Without items: all.
SELECT r.approved_on, r.reimbursement_id, r.case_id, r.order_id, r.reason, coalesce(r.sku, ''), coalesce(r.fnsku, ''),
       coalesce(r.asin, ''), coalesce(r.condition, ''), coalesce(r.currency, ''), r.amount_per_unit, r.amount_total,
       r.quantity_cash, r.quantity_inventory, r.original_reimbursement_id, r.original_reimbursement_type,
       r.ordinal + 1, r.document_id, r.line
FROM reimbursements AS r
WHERE r.connection_id = %(connection_id)s AND r.approved_on <= %(until)s
  AND (%(fnskus)s::text[] IS NULL OR r.fnsku = ANY (%(fnskus)s::text[]) OR r.asin = ANY (%(asins)s::text[])
       OR r.sku = ANY (%(skus)s::text[]))

-- name: return_facts
-- Without items: returns whose order, as far as it is known, has no such SKU. OFFSET keeps the planner from reading all
-- order lines into a hash for them: returns are far fewer.
SELECT r.returned_on, coalesce(r.order_id, ''), r.sku, coalesce(r.fnsku, ''), coalesce(r.asin, ''), r.quantity,
       coalesce(r.fulfillment_center, ''), coalesce(r.disposition, ''), coalesce(r.reason, ''), coalesce(r.status, ''),
       coalesce(r.license_plate_number, ''), r.ordinal + 1, r.document_id, r.line
FROM returns AS r
WHERE r.connection_id = %(connection_id)s AND r.returned_on <= %(until)s
  AND (r.sku = ANY (%(skus)s::text[])
       OR (%(skus)s::text[] IS NULL AND r.order_id IS NOT NULL
           AND NOT EXISTS (SELECT FROM order_items AS i WHERE i.connection_id = r.connection_id
                           AND i.order_id = r.order_id AND i.sku = r.sku OFFSET 0)
           AND NOT EXISTS (SELECT FROM shipped_items AS s WHERE s.connection_id = r.connection_id
                           AND s.order_id = r.order_id AND s.sku = r.sku)))

-- name: replacement_facts
SELECT r.shipped_on, r.sku, coalesce(r.asin, ''), r.quantity, coalesce(r.reason_code, ''), r.replacement_order_id,
       coalesce(r.original_order_id, ''), r.ordinal + 1, r.document_id, r.line
FROM replacements AS r
WHERE r.connection_id = %(connection_id)s AND r.shipped_on <= %(until)s AND r.sku = ANY (%(skus)s::text[])

-- name: shipped_facts
-- Of these items and of these orders; null: of all.
SELECT s.shipped_on, s.order_id, s.sku, coalesce(s.fnsku, ''), coalesce(s.asin, ''), coalesce(s.fulfillment_center, ''),
       s.quantity, s.item_price, coalesce(s.currency, ''), s.ordinal + 1, s.document_id, s.line
FROM shipped_items AS s
WHERE s.connection_id = %(connection_id)s AND s.shipped_on <= %(until)s
  AND (%(skus)s::text[] IS NULL OR s.sku = ANY (%(skus)s::text[]))
  AND (%(order_ids)s::text[] IS NULL OR s.order_id = ANY (%(order_ids)s::text[]))

-- name: order_facts
-- Of these items and of these orders; null: of all. The words are those of the order report.
SELECT (o.purchased_at AT TIME ZONE %(zone)s)::date, o.order_id, coalesce(i.order_item_ids, ''), '',
       initcap(coalesce(o.fulfilled_by, '')), coalesce(o.sales_channel, ''), initcap(o.status), i.sku,
       coalesce(i.asin, ''), i.quantity, coalesce(i.currency, ''), i.item_price, i.tax, i.shipping_price,
       i.gift_wrap_price, i.promotion_discount, coalesce(o.replaced_order_id, ''), i.document_id, i.line
FROM order_items AS i
JOIN orders AS o USING (connection_id, order_id)
WHERE i.connection_id = %(connection_id)s AND o.purchased_at < (%(until)s::date + 1)::timestamp AT TIME ZONE %(zone)s
  AND (%(skus)s::text[] IS NULL OR i.sku = ANY (%(skus)s::text[]))
  AND (%(order_ids)s::text[] IS NULL OR i.order_id = ANY (%(order_ids)s::text[]))

-- name: inbound_facts
-- Without items: all lines of the shipments of which, by their own count, a unit may be missing; the others say nothing
-- to other items. A status tells the day of a delivery only if an earlier status was seen before it; of what had arrived
-- when we first looked the day is unknown. Sellers can change the number of units when the shipment has left: that of
-- the first day after it is told, too. Whose carrier brought it the transport fees tell, if there are any.
WITH carriers AS (
    SELECT DISTINCT m.metadata -> 'related' ->> 'SHIPMENT_ID' AS shipment_id
    FROM present_financial_events AS m
    WHERE m.connection_id = %(connection_id)s AND m.posted_on <= %(until)s AND m.transaction_type = 'ServiceFee'
      AND m.metadata ->> 'path' LIKE '%%FBAInboundTransportationFee%%'
      AND m.metadata -> 'related' ->> 'SHIPMENT_ID' IS NOT NULL
), chosen AS (
    SELECT i.* FROM inbound_shipment_items AS i
    WHERE i.connection_id = %(connection_id)s
      AND (i.sku = ANY (%(skus)s::text[])
           OR (%(skus)s::text[] IS NULL
               AND i.shipment_id IN (
                   SELECT n.shipment_id FROM inbound_shipment_items AS n
                   WHERE n.connection_id = %(connection_id)s
                     AND (n.quantity_received IS NULL OR n.quantity_received < greatest(n.quantity_shipped, 1)))))
)
SELECT i.shipment_id, h.status, seen.first_on, CASE WHEN seen.awaited THEN seen.delivered_on END, seen.closed_on,
       CASE WHEN EXISTS (SELECT FROM carriers) THEN i.shipment_id IN (SELECT c.shipment_id FROM carriers AS c) END,
       i.sku, coalesce(i.fnsku, ''), '', i.quantity_shipped, i.quantity_received, i.quantity_in_case,
       (SELECT p.quantity_shipped FROM inbound_shipment_plans AS p
        WHERE p.connection_id = i.connection_id AND p.shipment_id = i.shipment_id AND p.item_key = i.item_key
          AND p.as_of <= seen.left_at + interval '1 day'
        ORDER BY p.as_of DESC LIMIT 1),
       i.document_id, i.line
FROM chosen AS i
JOIN inbound_shipments AS h USING (connection_id, shipment_id)
JOIN (
    SELECT s.shipment_id, min((s.as_of AT TIME ZONE %(zone)s)::date) AS first_on,
           min((s.as_of AT TIME ZONE %(zone)s)::date)
               FILTER (WHERE s.status IN ('DELIVERED', 'CHECKED_IN', 'RECEIVING', 'CLOSED')) AS delivered_on,
           min((s.as_of AT TIME ZONE %(zone)s)::date) FILTER (WHERE s.status = 'CLOSED') AS closed_on,
           min(s.as_of) FILTER (WHERE s.status IN ('SHIPPED', 'IN_TRANSIT')) AS left_at,
           bool_or(s.status IN ('WORKING', 'READY_TO_SHIP', 'SHIPPED', 'IN_TRANSIT')) AS awaited
    FROM inbound_shipment_statuses AS s
    WHERE s.connection_id = %(connection_id)s AND s.shipment_id IN (SELECT c.shipment_id FROM chosen AS c)
    GROUP BY s.shipment_id
) AS seen ON seen.shipment_id = i.shipment_id AND seen.first_on <= %(until)s

-- name: told_of_shipments
-- By SKU a number that is another one whenever rows of its shipments that do not name it say something else
-- (`inbound_facts`): the status, when each status was first seen, and whether a transport fee names the shipment.
WITH carriers AS (
    SELECT DISTINCT m.metadata -> 'related' ->> 'SHIPMENT_ID' AS shipment_id
    FROM present_financial_events AS m
    WHERE m.connection_id = %(connection_id)s AND m.posted_on <= %(until)s AND m.transaction_type = 'ServiceFee'
      AND m.metadata ->> 'path' LIKE '%%FBAInboundTransportationFee%%'
      AND m.metadata -> 'related' ->> 'SHIPMENT_ID' IS NOT NULL
)
SELECT i.sku, sum(shipments.told)::text AS told
FROM inbound_shipment_items AS i
JOIN (
    SELECT h.shipment_id,
           hashtextextended(
               concat_ws(' ', h.shipment_id, h.status,
                         CASE WHEN EXISTS (SELECT FROM carriers)
                              THEN h.shipment_id IN (SELECT c.shipment_id FROM carriers AS c) END),
               seen.told) AS told
    FROM inbound_shipments AS h
    JOIN (
        SELECT s.shipment_id, bit_xor(hashtextextended(s.status, date_part('epoch', s.as_of)::bigint)) AS told
        FROM inbound_shipment_statuses AS s
        WHERE s.connection_id = %(connection_id)s
        GROUP BY s.shipment_id HAVING (min(s.as_of) AT TIME ZONE %(zone)s)::date <= %(until)s
    ) AS seen USING (shipment_id)
    WHERE h.connection_id = %(connection_id)s
) AS shipments USING (shipment_id)
WHERE i.connection_id = %(connection_id)s
GROUP BY i.sku

-- name: shipment_facts
-- Those that were given up: no rule asks for another one without its lines.
SELECT h.shipment_id, h.status, seen.first_on, CASE WHEN seen.awaited THEN seen.delivered_on END, seen.closed_on,
       h.document_id, h.line
FROM inbound_shipments AS h
CROSS JOIN LATERAL (
    SELECT min((s.as_of AT TIME ZONE %(zone)s)::date) AS first_on,
           min((s.as_of AT TIME ZONE %(zone)s)::date)
               FILTER (WHERE s.status IN ('DELIVERED', 'CHECKED_IN', 'RECEIVING', 'CLOSED')) AS delivered_on,
           min((s.as_of AT TIME ZONE %(zone)s)::date) FILTER (WHERE s.status = 'CLOSED') AS closed_on,
           bool_or(s.status IN ('WORKING', 'READY_TO_SHIP', 'SHIPPED', 'IN_TRANSIT')) AS awaited
    FROM inbound_shipment_statuses AS s
    WHERE s.connection_id = h.connection_id AND s.shipment_id = h.shipment_id
) AS seen
WHERE h.connection_id = %(connection_id)s AND h.status IN ('CANCELLED', 'DELETED') AND seen.first_on <= %(until)s

-- name: removal_facts
-- A buyer's money for liquidated stock names the removal order. Without items: liquidations that money came for.
SELECT (r.requested_at AT TIME ZONE %(zone)s)::date, r.order_id, coalesce(r.order_type, ''), coalesce(r.status, ''),
       (coalesce(r.updated_at, r.requested_at) AT TIME ZONE %(zone)s)::date, coalesce(r.sku, ''), r.fnsku, '',
       coalesce(r.disposition, ''), r.requested_quantity, coalesce(r.cancelled_quantity, 0),
       coalesce(r.disposed_quantity, 0), coalesce(r.shipped_quantity, 0), coalesce(r.in_process_quantity, 0),
       r.removal_fee, coalesce(r.currency, ''), paid.posted_on, r.document_id, r.line
FROM removal_orders AS r
LEFT JOIN LATERAL (
    SELECT min(m.posted_on) AS posted_on FROM present_financial_events AS m
    WHERE m.connection_id = r.connection_id AND m.order_id = r.order_id AND m.posted_on <= %(until)s
      AND m.transaction_type IN ('Liquidations', 'FBALiquidation')
) AS paid ON r.order_type = 'Liquidations'
WHERE r.connection_id = %(connection_id)s AND (r.requested_at AT TIME ZONE %(zone)s)::date <= %(until)s
  AND (r.fnsku = ANY (%(fnskus)s::text[]) OR (%(fnskus)s::text[] IS NULL AND paid.posted_on IS NOT NULL))

-- name: parcel_facts
SELECT (p.shipped_at AT TIME ZONE %(zone)s)::date, p.order_id, coalesce(p.removal_order_type, ''), coalesce(p.sku, ''),
       p.fnsku, '', coalesce(p.disposition, ''), p.shipped_quantity, coalesce(p.carrier, ''),
       coalesce(p.tracking_number, ''), p.ordinal + 1, p.document_id, p.line
FROM removal_shipments AS p
WHERE p.connection_id = %(connection_id)s AND (p.shipped_at AT TIME ZONE %(zone)s)::date <= %(until)s
  AND p.fnsku = ANY (%(fnskus)s::text[])

-- name: money_facts
-- Lines of these items, with orders of those only these orders', and with `other_money` all that are not of sales; and
-- with `account` those about no item. Without items: the bills for services, which tell on which days stock was billed.
-- The place of a line in its transaction follows the transaction's id in the line's.
WITH m AS (
    SELECT * FROM present_financial_events
    WHERE connection_id = %(connection_id)s AND posted_on <= %(until)s AND %(order_ids)s::text[] IS NULL
      AND (sku = ANY (%(skus)s::text[]) OR (sku IS NULL AND asin = ANY (%(asins)s::text[]))
           OR (%(account)s AND sku IS NULL AND asin IS NULL)
           OR (%(skus)s::text[] IS NULL AND transaction_type = 'ServiceFee' AND amount < 0))
    UNION ALL
    SELECT * FROM present_financial_events
    WHERE connection_id = %(connection_id)s AND posted_on <= %(until)s AND order_id = ANY (%(order_ids)s::text[])
      AND sku = ANY (%(skus)s::text[]) AND (transaction_type = 'Shipment' OR NOT %(other_money)s)
    UNION ALL
    SELECT * FROM present_financial_events
    WHERE connection_id = %(connection_id)s AND posted_on <= %(until)s AND %(other_money)s
      AND transaction_type <> 'Shipment'
      AND (sku = ANY (%(skus)s::text[]) OR (sku IS NULL AND asin = ANY (%(asins)s::text[])))
)
SELECT m.posted_on, m.event_id, m.transaction_id, m.transaction_type, coalesce(m.transaction_status, ''),
       coalesce(m.description, ''),
       split_part(substr(m.event_id, length(split_part(m.event_id, ':', 1)) + length(m.transaction_id) + 3), ':', 1),
       m.metadata ->> 'path', m.amount, m.currency, m.quantity, '', coalesce(m.order_id, ''),
       coalesce(m.metadata -> 'related' ->> 'SHIPMENT_ID', ''), coalesce(m.sku, ''), coalesce(m.asin, ''),
       coalesce(m.deferred_transaction_id, ''), coalesce(m.release_transaction_id, ''), m.document_id, m.line
FROM m

-- name: preview_facts
-- The first day of each state and the last one on which it was heard: it ends with another one, or after a week without
-- a word. What makes a state another is what `clario.db.touched` notes. Without items: the newest preview of each SKU
-- that was paid for and tells a price in that currency.
SELECT f.snapshot_on, f.seen_until, coalesce(f.store, ''), f.sku, coalesce(f.fnsku, ''), coalesce(f.asin, ''),
       f.your_price, coalesce(f.currency, ''), f.longest_side, f.median_side, f.shortest_side,
       coalesce(f.dimension_unit, ''), f.package_weight, coalesce(f.weight_unit, ''), coalesce(f.size_tier, ''),
       coalesce(f.product_group, ''), f.referral_fee, f.fulfillment_fee, f.document_id, f.line
FROM (
    SELECT s.*, coalesce(lead(s.heard_before) OVER (PARTITION BY s.row_key, s.ordinal ORDER BY s.snapshot_on),
                         s.last_on) AS seen_until
    FROM (
        SELECT p.*, lag(p.snapshot_on) OVER days AS heard_before, max(p.snapshot_on) OVER listing AS last_on,
               p.snapshot_on - lag(p.snapshot_on) OVER days <= 7
               AND said.state IS NOT DISTINCT FROM lag(said.state) OVER days AS goes_on
        FROM fee_previews AS p
        CROSS JOIN LATERAL (
            SELECT ROW(p.sku, p.fnsku, p.store, p.asin, p.your_price, p.currency, p.longest_side, p.median_side,
                       p.shortest_side, p.dimension_unit, p.package_weight, p.weight_unit, p.size_tier,
                       p.product_group, p.referral_fee, p.fulfillment_fee) AS state) AS said
        WHERE p.connection_id = %(connection_id)s AND p.snapshot_on <= %(until)s AND p.sku = ANY (%(skus)s::text[])
        WINDOW listing AS (PARTITION BY p.row_key, p.ordinal), days AS (listing ORDER BY p.snapshot_on)
    ) AS s
    WHERE s.goes_on IS NOT TRUE
    UNION ALL
    (SELECT DISTINCT ON (n.sku) n.*, NULL, n.snapshot_on, NULL, n.snapshot_on
    FROM fee_previews AS n
    WHERE %(skus)s::text[] IS NULL AND n.connection_id = %(connection_id)s AND n.snapshot_on <= %(until)s
      AND n.your_price <> 0 AND n.product_group <> '' AND n.currency = %(currency)s
      AND n.sku = ANY (ARRAY(SELECT r.sku FROM reimbursements AS r WHERE r.connection_id = %(connection_id)s))
    ORDER BY n.sku, n.snapshot_on DESC, n.store DESC, n.row_key, n.ordinal)
) AS f

-- name: storage_facts
SELECT c.month, c.asin, c.fnsku, coalesce(c.fulfillment_center, ''), coalesce(c.country, ''), c.longest_side,
       c.median_side, c.shortest_side, coalesce(c.dimension_unit, ''), c.item_volume, coalesce(c.volume_unit, ''),
       coalesce(c.size_tier, ''), coalesce(c.average_units, 0), coalesce(c.average_units_pending_removal, 0),
       c.total_volume, c.base_rate, c.utilization_surcharge_rate, c.storage_rate, c.storage_fee, c.incentive_amount,
       coalesce(c.currency, ''), coalesce(c.dangerous_goods_type, ''), c.document_id, c.line
FROM storage_charges AS c
WHERE c.connection_id = %(connection_id)s AND c.month <= %(until)s AND c.fnsku = ANY (%(fnskus)s::text[])

-- name: aged_facts
SELECT c.charged_on, coalesce(c.sku, ''), c.fnsku, coalesce(c.asin, ''), coalesce(c.country, ''), c.unit_volume,
       coalesce(c.volume_unit, ''), c.units_charged, coalesce(c.amount_charged, 0), coalesce(c.currency, ''),
       coalesce(c.age_tier, ''), c.surcharge_rate, c.document_id, c.line
FROM aged_inventory_charges AS c
WHERE c.connection_id = %(connection_id)s AND c.charged_on <= %(until)s AND c.fnsku = ANY (%(fnskus)s::text[])

-- name: item_costs
SELECT sku, unit_cost, currency, valid_from FROM product_costs
WHERE seller_id = %(seller_id)s AND sku = ANY (%(skus)s::text[])

-- name: raw_objects
SELECT document_id, raw_object FROM documents WHERE document_id = ANY (%(document_ids)s)

-- name: item_names
-- How many rows name each item, by its names; a row about no item has none. Of returns those whose order is known to
-- have no such SKU are left out: what they belong to is found out elsewhere (`return_facts`). Without items: all.
SELECT coalesce(asin, '') AS asin, coalesce(fnsku, '') AS fnsku, coalesce(sku, '') AS sku, sum(rows)::bigint AS rows
FROM (
    SELECT asin, fnsku, msku AS sku, count(*) AS rows FROM ledger_events
    WHERE connection_id = %(connection_id)s AND occurred_on <= %(until)s
      AND (%(fnskus)s::text[] IS NULL OR fnsku = ANY (%(fnskus)s::text[]))
    GROUP BY 1, 2, 3
    UNION ALL
    SELECT asin, fnsku, msku, count(*) FROM ledger_balances
    WHERE connection_id = %(connection_id)s AND period_start <= %(until)s
      AND (%(fnskus)s::text[] IS NULL OR fnsku = ANY (%(fnskus)s::text[]))
    GROUP BY 1, 2, 3
    UNION ALL
    SELECT asin, fnsku, sku, count(*) FROM reimbursements
    WHERE connection_id = %(connection_id)s AND approved_on <= %(until)s
      AND (%(skus)s::text[] IS NULL OR fnsku = ANY (%(fnskus)s::text[]) OR asin = ANY (%(asins)s::text[])
           OR sku = ANY (%(skus)s::text[]))
    GROUP BY 1, 2, 3
    UNION ALL
    SELECT r.asin, r.fnsku, r.sku, count(*) FROM returns AS r
    WHERE r.connection_id = %(connection_id)s AND r.returned_on <= %(until)s
      AND (%(skus)s::text[] IS NULL OR r.sku = ANY (%(skus)s::text[]))
      AND (r.order_id IS NULL
           OR EXISTS (SELECT FROM order_items AS i WHERE i.connection_id = r.connection_id
                      AND i.order_id = r.order_id AND i.sku = r.sku OFFSET 0)
           OR EXISTS (SELECT FROM shipped_items AS s WHERE s.connection_id = r.connection_id
                      AND s.order_id = r.order_id AND s.sku = r.sku))
    GROUP BY 1, 2, 3
    UNION ALL
    SELECT asin, NULL, sku, count(*) FROM replacements
    WHERE connection_id = %(connection_id)s AND shipped_on <= %(until)s
      AND (%(skus)s::text[] IS NULL OR sku = ANY (%(skus)s::text[]))
    GROUP BY 1, 3
    UNION ALL
    SELECT asin, fnsku, sku, count(*) FROM shipped_items
    WHERE connection_id = %(connection_id)s AND shipped_on <= %(until)s
      AND (%(skus)s::text[] IS NULL OR sku = ANY (%(skus)s::text[]))
    GROUP BY 1, 2, 3
    UNION ALL
    SELECT i.asin, NULL, i.sku, count(*) FROM order_items AS i JOIN orders AS o USING (connection_id, order_id)
    WHERE i.connection_id = %(connection_id)s AND o.purchased_at < (%(until)s::date + 1)::timestamp AT TIME ZONE %(zone)s
      AND (%(skus)s::text[] IS NULL OR i.sku = ANY (%(skus)s::text[]))
    GROUP BY 1, 3
    UNION ALL
    SELECT NULL, fnsku, sku, count(*) FROM inbound_shipment_items
    WHERE connection_id = %(connection_id)s AND (%(skus)s::text[] IS NULL OR sku = ANY (%(skus)s::text[]))
    GROUP BY 2, 3
    UNION ALL
    SELECT NULL, fnsku, sku, count(*) FROM removal_orders
    WHERE connection_id = %(connection_id)s AND (requested_at AT TIME ZONE %(zone)s)::date <= %(until)s
      AND (%(fnskus)s::text[] IS NULL OR fnsku = ANY (%(fnskus)s::text[]))
    GROUP BY 2, 3
    UNION ALL
    SELECT NULL, fnsku, sku, count(*) FROM removal_shipments
    WHERE connection_id = %(connection_id)s AND (shipped_at AT TIME ZONE %(zone)s)::date <= %(until)s
      AND (%(fnskus)s::text[] IS NULL OR fnsku = ANY (%(fnskus)s::text[]))
    GROUP BY 2, 3
    UNION ALL
    SELECT asin, NULL, sku, count(*) FROM present_financial_events
    WHERE connection_id = %(connection_id)s AND posted_on <= %(until)s
      AND (%(skus)s::text[] IS NULL OR sku = ANY (%(skus)s::text[]) OR (sku IS NULL AND asin = ANY (%(asins)s::text[])))
    GROUP BY 1, 3
    UNION ALL
    SELECT asin, fnsku, sku, count(*) FROM fee_previews
    WHERE connection_id = %(connection_id)s AND snapshot_on <= %(until)s
      AND (%(skus)s::text[] IS NULL OR sku = ANY (%(skus)s::text[]))
    GROUP BY 1, 2, 3
    UNION ALL
    SELECT asin, fnsku, NULL, count(*) FROM storage_charges
    WHERE connection_id = %(connection_id)s AND month <= %(until)s
      AND (%(fnskus)s::text[] IS NULL OR fnsku = ANY (%(fnskus)s::text[]))
    GROUP BY 1, 2
    UNION ALL
    SELECT asin, fnsku, sku, count(*) FROM aged_inventory_charges
    WHERE connection_id = %(connection_id)s AND charged_on <= %(until)s
      AND (%(fnskus)s::text[] IS NULL OR fnsku = ANY (%(fnskus)s::text[]))
    GROUP BY 1, 2, 3
) AS named
GROUP BY 1, 2, 3

-- name: returned_units
-- Units that customers sent back, by day: as the ledger took them in, and as the returns report lists them.
SELECT day, sum(booked)::bigint AS booked, sum(reported)::bigint AS reported
FROM (
    SELECT occurred_on AS day, quantity AS booked, 0 AS reported FROM ledger_events
    WHERE connection_id = %(connection_id)s AND occurred_on <= %(until)s AND event_type = 'CustomerReturns'
    UNION ALL
    SELECT returned_on, 0, quantity FROM returns
    WHERE connection_id = %(connection_id)s AND returned_on <= %(until)s
) AS units
GROUP BY day

-- name: covered_ranges
-- Neighbouring covered days as ranges.
SELECT dataset, scope, lower(days) AS start_day, upper(days) - 1 AS end_day
FROM (
    SELECT dataset, scope, unnest(range_agg(daterange(day, day, '[]'))) AS days
    FROM coverage WHERE connection_id = %(connection_id)s AND dataset = ANY (%(datasets)s::text[])
    GROUP BY dataset, scope
) AS held ORDER BY 1, 2, 3

-- name: orders_told_of
-- Of these orders those of which another report than those of sales tells something, or that a claim is about.
SELECT order_id FROM returns WHERE connection_id = %(connection_id)s AND order_id = ANY (%(order_ids)s::text[])
UNION
SELECT order_id FROM reimbursements WHERE connection_id = %(connection_id)s AND order_id = ANY (%(order_ids)s::text[])
UNION
SELECT original_order_id FROM replacements
WHERE connection_id = %(connection_id)s AND original_order_id = ANY (%(order_ids)s::text[])
UNION
SELECT replacement_order_id FROM replacements
WHERE connection_id = %(connection_id)s AND replacement_order_id = ANY (%(order_ids)s::text[])
UNION
SELECT order_id FROM detection_results
WHERE connection_id = %(connection_id)s AND order_id = ANY (%(order_ids)s::text[])

-- name: orders_with_more
-- The orders of these items of which more is known than one plain sale each.
SELECT order_id FROM returns WHERE connection_id = %(connection_id)s AND sku = ANY (%(skus)s::text[])
UNION
SELECT order_id FROM reimbursements
WHERE connection_id = %(connection_id)s
  AND (fnsku = ANY (%(fnskus)s::text[]) OR asin = ANY (%(asins)s::text[]) OR sku = ANY (%(skus)s::text[]))
UNION
SELECT unnest(ARRAY[original_order_id, replacement_order_id]) FROM replacements
WHERE connection_id = %(connection_id)s AND sku = ANY (%(skus)s::text[])
UNION
SELECT order_id FROM financial_events
WHERE connection_id = %(connection_id)s AND sku = ANY (%(skus)s::text[])
GROUP BY order_id, sku
HAVING bool_or(transaction_type <> 'Shipment')
    OR min(transaction_id) FILTER (WHERE transaction_status IS DISTINCT FROM 'DEFERRED_RELEASED')
       <> max(transaction_id) FILTER (WHERE transaction_status IS DISTINCT FROM 'DEFERRED_RELEASED')
UNION
SELECT o.order_id FROM orders AS o JOIN order_items AS i USING (connection_id, order_id)
WHERE o.connection_id = %(connection_id)s AND (o.status = 'CANCELLED' OR o.replaced_order_id IS NOT NULL)
  AND i.sku = ANY (%(skus)s::text[])

-- name: components
SELECT key, ids, around, conditions, next_review_on, observations::text, groups, named::text FROM detection_components
WHERE connection_id = %(connection_id)s

-- name: usual_sales
SELECT key, usual FROM detection_components
WHERE connection_id = %(connection_id)s AND key = ANY (%(keys)s::text[]) AND usual IS NOT NULL

-- name: keep_component
INSERT INTO detection_components (
    connection_id, key, seller_id, ids, around, conditions, next_review_on, observations, groups, named, usual)
VALUES (%(connection_id)s, %(key)s, %(seller_id)s, %(ids)s, %(around)s, %(conditions)s, %(next_review_on)s,
    %(observations)s, %(groups)s, %(named)s, %(usual)s)
ON CONFLICT (connection_id, key) DO UPDATE
SET ids = excluded.ids, around = excluded.around, conditions = excluded.conditions,
    next_review_on = excluded.next_review_on, observations = excluded.observations,
    groups = excluded.groups, named = excluded.named, usual = excluded.usual

-- name: forget_components
DELETE FROM detection_components WHERE connection_id = %(connection_id)s AND key = ANY (%(keys)s::text[])

-- name: touched
SELECT number, item, names, about, order_id, sold_on FROM touched_items
WHERE connection_id = %(connection_id)s AND (seen_from IS NULL OR seen_from <= %(until)s)

-- name: touched_total
-- The highest number is not enough: transactions end in another order than they begin.
SELECT count(*) AS items, sum(number) AS total FROM touched_items
WHERE connection_id = %(connection_id)s AND (seen_from IS NULL OR seen_from <= %(until)s)

-- name: drop_touched
DELETE FROM touched_items WHERE number = ANY (%(numbers)s::bigint[])

-- name: touch_changed_costs
-- Of costs that are new or others, before they are written: for all of the seller's connections.
INSERT INTO touched_items (connection_id, seller_id, item, about)
SELECT c.connection_id, c.seller_id, 'sku:' || n.sku, 'other'
FROM unnest(%(skus)s::text[], %(currencies)s::text[], %(days)s::date[], %(amounts)s::numeric[])
     AS n (sku, currency, valid_from, unit_cost)
CROSS JOIN connections AS c
WHERE NOT EXISTS (
    SELECT FROM product_costs AS p
    WHERE p.seller_id = %(seller_id)s AND p.sku = n.sku AND p.currency = n.currency AND p.valid_from = n.valid_from
      AND p.unit_cost = n.unit_cost)
GROUP BY 1, 2, 3
