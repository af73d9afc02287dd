-- name: add_sync
-- The partial unique index lets one running sync per seller exist; of simultaneous starts one gets the row, also when
-- those of one millisecond carry the same id.
INSERT INTO sync_progress (sync_id, user_id, status, progress, message, trigger)
VALUES (%(sync_id)s, %(seller_id)s, 'running', 0, %(message)s, %(trigger)s)
ON CONFLICT DO NOTHING
RETURNING sync_id

-- name: get_sync
SELECT * FROM sync_progress WHERE sync_id = %(sync_id)s

-- name: running_sync
SELECT * FROM sync_progress WHERE user_id = %(seller_id)s AND status = 'running'

-- name: quiet_syncs
-- Across sellers, for the dispatcher: whose running sync has given no sign of life since then.
SELECT user_id FROM sync_progress WHERE status = 'running' AND updated_at <= %(since)s ORDER BY started_at

-- name: due_sellers
-- Who has a usable connection and no sync for what fell due then; a failed one is tried again after a while. Across
-- sellers for the dispatcher, of one seller when it is looked at once more before the start. Longest waiting first.
SELECT seller_id
FROM (SELECT DISTINCT seller_id FROM connections WHERE status = 'active') AS connected
LEFT JOIN LATERAL (
    SELECT status, started_at, completed_at FROM sync_progress WHERE user_id = seller_id
    ORDER BY started_at DESC LIMIT 1
) AS last ON true
WHERE (%(only)s::text IS NULL OR seller_id = %(only)s)
  AND (last.status IS NULL OR last.completed_at < %(due)s
       OR (last.status = 'failed' AND last.completed_at < %(failed_before)s))
ORDER BY last.started_at NULLS FIRST, seller_id LIMIT %(limit)s

-- name: newest_syncs
SELECT * FROM sync_progress WHERE user_id = %(seller_id)s
ORDER BY started_at DESC, sync_id DESC LIMIT %(limit)s OFFSET %(offset)s

-- name: last_completed_at
SELECT max(completed_at) AS at FROM sync_progress WHERE user_id = %(seller_id)s AND status = 'completed'

-- name: mark_planned
UPDATE sync_progress SET planned_at = clario_now(), warnings = %(warnings)s
WHERE sync_id = %(sync_id)s AND planned_at IS NULL

-- name: beat
-- A sign of life: the dispatcher leaves the sync alone.
UPDATE sync_progress SET updated_at = clario_now() WHERE sync_id = %(sync_id)s AND status = 'running'

-- name: next_part
UPDATE sync_progress SET part = %(part)s, updated_at = clario_now()
WHERE sync_id = %(sync_id)s AND status = 'running' AND part = %(part)s - 1

-- name: set_orders
-- Counts never fall.
UPDATE sync_progress
SET orders_processed = greatest(orders_processed, %(processed)s), total_orders = greatest(total_orders, %(total)s)
WHERE sync_id = %(sync_id)s AND (orders_processed < %(processed)s OR total_orders < %(total)s)

-- name: advance_sync
-- Move a running sync on and record the event in one go: the row's lock puts the events in commit order.
WITH moved AS (
    UPDATE sync_progress
    SET progress = %(progress)s, message = %(message)s, events = events + 1, updated_at = clario_now()
    WHERE sync_id = %(sync_id)s AND status = 'running'
      AND (progress < %(progress)s OR (progress = %(progress)s AND message IS DISTINCT FROM %(message)s))
    RETURNING sync_id, user_id, events, progress, status, message
)
INSERT INTO progress_events (sync_id, event_id, seller_id, type, progress, status, message)
SELECT sync_id, events, user_id, 'sync_progress', progress, status, message FROM moved

-- name: end_sync
-- End a running sync with its last event; an ended one, or one that is at another part than the given, stays as it is.
WITH ended AS (
    UPDATE sync_progress
    SET status = %(status)s, message = %(message)s, error = %(error)s, completed_at = clario_now(),
        progress = CASE WHEN %(status)s = 'completed' THEN 100 ELSE progress END,
        claims_detected = coalesce(%(claims)s, claims_detected), events = events + 1, updated_at = clario_now()
    WHERE sync_id = %(sync_id)s AND status = 'running' AND (%(part)s::integer IS NULL OR part = %(part)s)
    RETURNING sync_id, user_id, events, progress, status, message, claims_detected
)
INSERT INTO progress_events (sync_id, event_id, seller_id, type, progress, status, message, claims_detected)
SELECT sync_id, events, user_id, %(type)s, progress, status, message,
       CASE WHEN status = 'completed' THEN claims_detected END
FROM ended

-- name: correct_claims
UPDATE sync_progress SET claims_detected = %(claims)s, message = %(message)s, updated_at = clario_now()
WHERE sync_id = %(sync_id)s AND status = 'completed'
  AND (claims_detected, message) IS DISTINCT FROM (%(claims)s, %(message)s)

-- name: progress_events
SELECT event_id, type, sync_id, progress, status, message, claims_detected FROM progress_events
WHERE sync_id = %(sync_id)s AND event_id > %(after)s ORDER BY event_id

-- name: plan_slice
INSERT INTO sync_slices (sync_id, seller_id, connection_id, stream, source, scope, start_day, end_day, state,
                         requested_at, report_id, note, severity, error)
VALUES (%(sync_id)s, %(seller_id)s, %(connection_id)s, %(stream)s, %(source)s, %(scope)s, %(start_day)s, %(end_day)s,
        %(state)s, %(requested_at)s, %(report_id)s, %(note)s, %(severity)s, %(error)s)
ON CONFLICT (sync_id, connection_id, stream, source, scope, start_day) DO NOTHING

-- name: get_slice
SELECT * FROM sync_slices WHERE slice_id = %(slice_id)s

-- name: slices_of_sync
SELECT * FROM sync_slices WHERE sync_id = %(sync_id)s ORDER BY slice_id

-- name: save_slice
-- A finished slice stays as it is, whatever a late step brings.
UPDATE sync_slices
SET state = %(state)s, wait_until = %(wait_until)s, prepaid = %(prepaid)s, attempts = %(attempts)s,
    polls = %(polls)s, failures = %(failures)s, requested_at = %(requested_at)s, report_id = %(report_id)s,
    report_document_id = %(report_document_id)s, report_made_at = %(report_made_at)s,
    document_id = %(document_id)s, rows = %(rows)s, rejected = %(rejected)s, outside = %(outside)s,
    orders = %(orders)s, note = %(note)s, severity = %(severity)s, error = %(error)s, updated_at = clario_now()
WHERE slice_id = %(slice_id)s AND state NOT IN ('stored', 'unchanged', 'failed', 'quarantined')

-- name: sync_statistics
SELECT count(*) AS total, count(*) FILTER (WHERE status = 'completed') AS completed,
       count(*) FILTER (WHERE status = 'failed') AS failed, count(*) FILTER (WHERE status = 'cancelled') AS cancelled,
       count(*) FILTER (WHERE status = 'running') AS running, coalesce(sum(orders_processed), 0) AS orders_processed,
       (SELECT count(*) FROM detection_results WHERE seller_id = %(seller_id)s AND tier = 'claim') AS claims_detected
FROM sync_progress WHERE user_id = %(seller_id)s
