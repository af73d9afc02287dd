-- name: add_document
INSERT INTO documents (seller_id, connection_id, stream, source, scope, start_day, end_day, raw_object, sha256, bytes,
                       header_fingerprint, as_of, may_be_stale)
VALUES (%(seller_id)s, %(connection_id)s, %(stream)s, %(source)s, %(scope)s, %(start_day)s, %(end_day)s,
        %(raw_object)s, %(sha256)s, %(size)s, %(header_fingerprint)s, %(as_of)s, %(may_be_stale)s)
RETURNING document_id

-- name: get_document
SELECT * FROM documents WHERE document_id = %(document_id)s

-- name: documents_since
SELECT * FROM documents WHERE seller_id = %(seller_id)s AND end_day >= %(day)s ORDER BY as_of, document_id

-- name: covered_days
SELECT day, as_of FROM coverage
WHERE connection_id = %(connection_id)s AND dataset = %(dataset)s AND scope = %(scope)s

-- name: holds_documents
-- Whether a document has spoken of any of these days.
SELECT EXISTS (
    SELECT FROM coverage
    WHERE connection_id = %(connection_id)s AND dataset = %(dataset)s AND scope = %(scope)s
      AND day BETWEEN %(start_day)s AND %(end_day)s AND document_id IS NOT NULL
) AS found

-- name: accepted_days
-- The days of a document of which nothing newer is known. Orders of arrival lie, `as_of` does not.
SELECT wanted.day::date AS day
FROM generate_series(%(start_day)s::date, %(end_day)s::date, interval '1 day') AS wanted (day)
LEFT JOIN coverage AS known
  ON known.connection_id = %(connection_id)s AND known.dataset = %(dataset)s AND known.scope = %(scope)s
 AND known.day = wanted.day::date
WHERE known.as_of IS NULL OR known.as_of <= %(as_of)s

-- name: is_overtaken
-- Whether a newer document of the same scope is stored, whatever its day: a snapshot then is not the present state.
SELECT EXISTS (
    SELECT FROM coverage
    WHERE connection_id = %(connection_id)s AND dataset = %(dataset)s AND scope = %(scope)s AND as_of > %(as_of)s
) AS overtaken

-- name: cover_days
INSERT INTO coverage (connection_id, dataset, scope, day, seller_id, stream, source, as_of, document_id)
SELECT %(connection_id)s, %(dataset)s, %(scope)s, accepted.day, %(seller_id)s, %(stream)s, %(source)s, %(as_of)s,
       %(document_id)s
FROM unnest(%(days)s::date[]) AS accepted (day)
ON CONFLICT (connection_id, dataset, scope, day) DO UPDATE
SET source = excluded.source, as_of = excluded.as_of, document_id = excluded.document_id
WHERE coverage.as_of <= excluded.as_of

-- name: drop_rejected
-- A newer document says what these days hold, bad rows included. A row whose day could not be read goes with the range.
DELETE FROM rejected_rows
WHERE connection_id = %(connection_id)s AND dataset = %(dataset)s AND scope = %(scope)s
  AND (day = ANY (%(days)s::date[])
       OR (day IS NULL AND start_day >= %(start_day)s AND end_day <= %(end_day)s))

-- name: add_rejected
INSERT INTO rejected_rows (connection_id, document_id, line, ordinal, seller_id, stream, dataset, scope, day, start_day,
                           end_day, reason, raw)
VALUES (%(connection_id)s, %(document_id)s, %(line)s, %(ordinal)s, %(seller_id)s, %(stream)s, %(dataset)s, %(scope)s,
        %(day)s, %(start_day)s, %(end_day)s, %(reason)s, %(raw)s)
ON CONFLICT (connection_id, document_id, line, ordinal) DO NOTHING

-- name: unseen_orders
-- Of the given orders, those whose last change is in none of the days that other stored slices of the sync have brought.
WITH stored AS (
    SELECT coalesce(range_agg(daterange(start_day, end_day, '[]')), '{}') AS days FROM sync_slices
    WHERE sync_id = %(sync_id)s AND slice_id <> %(slice_id)s AND state = 'stored' AND stream = %(stream)s
)
SELECT count(*) AS orders
FROM unnest(%(order_ids)s::text[]) AS wanted (order_id), stored
WHERE NOT EXISTS (
    SELECT FROM orders AS known
    WHERE known.connection_id = %(connection_id)s AND known.order_id = wanted.order_id
      AND known.last_updated_on <@ stored.days
)

-- name: lock_table
-- MERGE does not arbitrate between writers: one at a time per connection and table, until the transaction ends.
SELECT pg_advisory_xact_lock(hashtextextended(%(name)s, 0))

-- name: rejected_page
-- One row more than the page holds says that there is a next one; without any row there is one of nulls for the total.
WITH documents_of_sync AS (
    SELECT DISTINCT s.connection_id, s.document_id, d.raw_object
    FROM sync_slices AS s JOIN documents AS d USING (document_id)
    WHERE s.sync_id = %(sync_id)s
)
SELECT counted.total, page.*
FROM (
    SELECT count(*) AS total FROM rejected_rows JOIN documents_of_sync USING (connection_id, document_id)
) AS counted
LEFT JOIN (
    SELECT r.stream, r.reason, d.raw_object, r.line, r.raw, r.document_id, r.ordinal
    FROM rejected_rows AS r JOIN documents_of_sync AS d USING (connection_id, document_id)
    WHERE %(document_id)s::bigint IS NULL
       OR (r.document_id, r.line, r.ordinal) > (%(document_id)s::bigint, %(line)s::integer, %(ordinal)s::integer)
    ORDER BY r.document_id, r.line, r.ordinal LIMIT %(limit)s::integer + 1
) AS page ON true
ORDER BY page.document_id, page.line, page.ordinal
