-- name: enqueue_detection
-- A sync has one job; asked for again after it ended, it is pending again.
INSERT INTO detection_queue (seller_id, sync_id, is_sandbox) VALUES (%(seller_id)s, %(sync_id)s, %(is_sandbox)s)
ON CONFLICT (sync_id) DO UPDATE
SET status = 'pending', created_at = clario_now(), processed_at = NULL, error = NULL, payload = '{}'
WHERE detection_queue.status IN ('completed', 'failed')

-- name: queued_detection
SELECT sync_id, status, created_at, attempts FROM detection_queue WHERE sync_id = %(sync_id)s

-- name: waiting_detections
-- Across sellers, for the dispatcher: queued jobs that nobody has taken since then, or whose worker is gone.
SELECT seller_id, sync_id FROM detection_queue
WHERE (status = 'pending' AND created_at <= %(since)s) OR (status = 'processing' AND leased_until < clario_now())
ORDER BY created_at LIMIT %(limit)s

-- name: begin_detection
-- One worker at a time: a message that comes twice finds the job taken, or done.
UPDATE detection_queue
SET status = 'processing', attempts = attempts + 1, leased_until = clario_now() + make_interval(secs => %(seconds)s)
WHERE sync_id = %(sync_id)s
  AND (status IN ('pending', 'failed') OR (status = 'processing' AND leased_until < clario_now()))
RETURNING attempts

-- name: put_back_detection
UPDATE detection_queue SET status = 'pending'
WHERE sync_id = %(sync_id)s AND attempts = %(attempt)s AND status = 'processing'

-- name: lock_detection
-- The newest attempt holds the job; the row stays locked until the transaction ends.
SELECT attempts FROM detection_queue WHERE sync_id = %(sync_id)s FOR UPDATE

-- name: finish_detection
UPDATE detection_queue
SET status = CASE WHEN %(error)s::text IS NULL THEN 'completed' ELSE 'failed' END, processed_at = clario_now(),
    error = %(error)s
WHERE sync_id = %(sync_id)s AND attempts = %(attempt)s

-- name: stored_detections
-- Without fingerprints: all.
SELECT * FROM detection_results
WHERE connection_id = %(connection_id)s
  AND (%(fingerprints)s::text[] IS NULL OR fingerprint = ANY (%(fingerprints)s::text[]))

-- name: names_of_detections
SELECT fingerprint, anomaly_type, coalesce(asin, '') AS asin, coalesce(fnsku, '') AS fnsku, coalesce(sku, '') AS sku
FROM detection_results WHERE connection_id = %(connection_id)s

-- name: save_detection
INSERT INTO detection_results (
    seller_id, connection_id, fingerprint, sync_id, changed_sync_id, anomaly_type, anomaly_family, tier, severity,
    quantity, lost_units, estimated_value, review_value, currency, value_basis, confidence_score, evidence, status,
    resolved_by, marketplace_id, sku, fnsku, asin, order_id, order_item_id, shipment_id, removal_order_id, anchor_date,
    claimable_from, discovery_date, deadline_date, deadline_basis, days_remaining, expired, is_sandbox)
VALUES (
    %(seller_id)s, %(connection_id)s, %(fingerprint)s, %(sync_id)s, %(sync_id)s, %(anomaly_type)s, %(anomaly_family)s,
    %(tier)s, %(severity)s, %(quantity)s, %(lost_units)s, %(estimated_value)s, %(review_value)s, %(currency)s,
    %(value_basis)s, %(confidence)s, %(evidence)s, %(status)s, %(resolved_by)s, %(marketplace_id)s, %(sku)s, %(fnsku)s,
    %(asin)s, %(order_id)s, %(order_item_id)s, %(shipment_id)s, %(removal_order_id)s, %(anchor_date)s,
    %(claimable_from)s, clario_now(), %(deadline_date)s, %(deadline_basis)s, %(days_remaining)s, %(expired)s,
    %(is_sandbox)s)
ON CONFLICT (connection_id, fingerprint) DO UPDATE
SET changed_sync_id = excluded.changed_sync_id, tier = excluded.tier, severity = excluded.severity,
    quantity = excluded.quantity, lost_units = excluded.lost_units, estimated_value = excluded.estimated_value,
    review_value = excluded.review_value, currency = excluded.currency, value_basis = excluded.value_basis,
    confidence_score = excluded.confidence_score, evidence = excluded.evidence, status = excluded.status,
    resolved_by = excluded.resolved_by, sku = excluded.sku, asin = excluded.asin,
    claimable_from = excluded.claimable_from, deadline_date = excluded.deadline_date,
    deadline_basis = excluded.deadline_basis, days_remaining = excluded.days_remaining, expired = excluded.expired,
    updated_at = clario_now()

-- name: add_history
INSERT INTO detection_history (detection_id, number, seller_id, sync_id, kind, entry)
SELECT d.id, (SELECT count(*) FROM detection_history AS h WHERE h.detection_id = d.id) + 1, d.seller_id,
       coalesce(%(sync_id)s, d.changed_sync_id), %(kind)s, %(entry)s
FROM detection_results AS d WHERE d.connection_id = %(connection_id)s AND d.fingerprint = %(fingerprint)s

-- name: count_claims
SELECT count(*) AS claims FROM detection_results
WHERE connection_id = %(connection_id)s AND tier = 'claim' AND status <> 'resolved' AND deadline_date >= %(today)s

-- name: detection_to_change
SELECT * FROM detection_results WHERE id = %(detection_id)s FOR UPDATE

-- name: set_detection_status
UPDATE detection_results SET status = %(status)s, resolved_by = %(resolved_by)s, updated_at = clario_now()
WHERE id = %(detection_id)s

-- name: detections_for_list
SELECT * FROM detection_results WHERE seller_id = %(seller_id)s ORDER BY id
