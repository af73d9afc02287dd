-- name: note_refreshes
-- Across sellers, for the dispatcher: streams of connected sellers who have had a whole sync get their turns, the first
-- one now. How long ago it fell due differs, so that later ones come evenly spread over the cadence.
INSERT INTO refreshes (connection_id, stream, seller_id, due_at)
SELECT c.connection_id, s.stream, c.seller_id,
       clario_now() - s.cadence * ((hashtextextended(c.connection_id || s.stream, 0) & 1023) / 1024.0)::double precision
FROM connections AS c
CROSS JOIN unnest(%(streams)s::text[], %(cadences)s::interval[]) AS s (stream, cadence)
WHERE c.status = 'active' AND EXISTS (SELECT FROM sync_progress WHERE user_id = c.seller_id AND status = 'completed')
ON CONFLICT (connection_id, stream) DO NOTHING

-- name: lease_refreshes
-- Across sellers, for the dispatcher: whose turn has come, one lease for each connection. Of all sellers the stream that
-- waits longest comes first, then the second one of all. A tick that runs beside another one takes other rows.
WITH ranked AS (
    SELECT r.connection_id, r.stream, r.due_at, row_number() OVER (PARTITION BY r.seller_id ORDER BY r.due_at) AS place
    FROM refreshes AS r JOIN connections AS c USING (connection_id)
    WHERE c.status = 'active' AND r.stream = ANY (%(streams)s::text[]) AND r.due_at <= clario_now()
      AND (r.leased_until IS NULL OR r.leased_until <= clario_now())
), due AS (
    SELECT r.connection_id, r.stream
    FROM ranked JOIN refreshes AS r USING (connection_id, stream)
    WHERE r.leased_until IS NULL OR r.leased_until <= clario_now()
    ORDER BY ranked.place, ranked.due_at LIMIT %(limit)s
    FOR UPDATE OF r SKIP LOCKED
), leases AS MATERIALIZED (
    SELECT connection_id, gen_random_uuid() AS lease FROM due GROUP BY connection_id
)
UPDATE refreshes AS r
SET lease = leases.lease, leased_until = clario_now() + make_interval(secs => %(seconds)s), begun = false
FROM due JOIN leases USING (connection_id)
WHERE r.connection_id = due.connection_id AND r.stream = due.stream
RETURNING r.seller_id, r.lease::text AS lease

-- name: begin_refresh
-- A message that comes twice, or late, when another one was sent, finds no turn of its own.
UPDATE refreshes SET begun = true, leased_until = clario_now() + make_interval(secs => %(seconds)s)
WHERE lease = %(lease)s::uuid AND NOT begun
RETURNING connection_id, stream, due_at, prepaid, failures

-- name: end_refresh
UPDATE refreshes
SET lease = NULL, leased_until = NULL, begun = false, due_at = %(due_at)s, prepaid = %(prepaid)s,
    failures = %(failures)s, error = %(error)s
WHERE connection_id = %(connection_id)s AND stream = %(stream)s AND lease = %(lease)s::uuid
