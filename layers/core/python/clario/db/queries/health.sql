-- name: stream_states
-- Each stream of each connection: what the newest sync that read it has brought, what failed and was not loaded since,
-- and its turn at being refreshed. A connection that was given up counts only where there is no other.
SELECT c.connection_id, s.stream, c.status = 'active' AS is_active, c.error AS connection_error,
       coalesce(read.rows, 0)::bigint AS rows, coalesce(read.is_open, false) AS loading,
       coalesce(failed.error, r.error) AS error, r.due_at AS due
FROM connections AS c
CROSS JOIN unnest(%(streams)s::text[]) AS s (stream)
LEFT JOIN refreshes AS r ON r.connection_id = c.connection_id AND r.stream = s.stream
LEFT JOIN LATERAL (
    SELECT sync_id FROM sync_slices AS newest
    WHERE newest.connection_id = c.connection_id AND newest.stream = s.stream ORDER BY slice_id DESC LIMIT 1
) AS newest ON true
LEFT JOIN LATERAL (
    SELECT sum(part.rows) AS rows,
           bool_or(sync.status = 'running' AND part.state NOT IN ('stored', 'unchanged', 'failed', 'quarantined')) AS is_open
    FROM sync_slices AS part JOIN sync_progress AS sync USING (sync_id)
    WHERE part.sync_id = newest.sync_id AND part.connection_id = c.connection_id AND part.stream = s.stream
) AS read ON true
LEFT JOIN LATERAL (
    SELECT part.error FROM sync_slices AS part
    JOIN unnest(%(sources)s::text[], %(datasets)s::text[]) AS of (source, dataset) ON of.source = part.source
    WHERE part.connection_id = c.connection_id AND part.stream = s.stream AND part.state IN ('failed', 'quarantined')
      AND part.updated_at >= %(since)s
      AND NOT EXISTS (
          SELECT FROM coverage AS known
          WHERE known.connection_id = part.connection_id AND known.dataset = of.dataset AND known.scope = part.scope
            AND known.day = part.end_day AND known.as_of > part.updated_at
      )
    ORDER BY part.slice_id DESC LIMIT 1
) AS failed ON true
WHERE c.seller_id = %(seller_id)s
  AND (c.status <> 'disconnected'
       OR NOT EXISTS (SELECT FROM connections WHERE seller_id = %(seller_id)s AND status <> 'disconnected'))
ORDER BY c.connection_id

-- name: newest_data
-- Of when the newest data of each dataset is.
SELECT k.connection_id, k.stream, k.dataset, max(k.as_of) AS as_of
FROM connections AS c JOIN coverage AS k USING (connection_id)
WHERE c.seller_id = %(seller_id)s
GROUP BY k.connection_id, k.stream, k.dataset

-- name: source_notes
SELECT n.stream, n.source, n.code, n.detail, n.noted_at
FROM connections AS c JOIN source_notes AS n USING (connection_id)
WHERE c.seller_id = %(seller_id)s AND n.noted_at >= %(since)s
ORDER BY n.noted_at DESC, n.source, n.code, n.subject

-- name: learn_codes
-- Values that the source has sent for the first time.
INSERT INTO known_codes (connection_id, source, field, code, seller_id, document_id)
SELECT %(connection_id)s, %(source)s, sent.field, sent.code, %(seller_id)s, %(document_id)s
FROM unnest(%(fields)s::text[], %(codes)s::text[]) AS sent (field, code)
ON CONFLICT (connection_id, source, field, code) DO NOTHING
RETURNING field, code

-- name: is_known_source
-- Whether the source was read before the last sync ended: until then everything it sends is new to us.
SELECT EXISTS (
    SELECT FROM documents
    WHERE connection_id = %(connection_id)s AND stream = %(stream)s AND source = %(source)s
      AND fetched_at <= (SELECT max(completed_at) FROM sync_progress
                         WHERE user_id = %(seller_id)s AND status = 'completed')
) AS known

-- name: earlier_documents
SELECT start_day, end_day, rows, rejected FROM documents
WHERE connection_id = %(connection_id)s AND stream = %(stream)s AND source = %(source)s AND scope = %(scope)s
  AND as_of < %(as_of)s AND rows IS NOT NULL AND since IS NULL
ORDER BY as_of DESC LIMIT %(limit)s

-- name: put_note
INSERT INTO source_notes (connection_id, source, code, subject, seller_id, stream, detail, document_id)
VALUES (%(connection_id)s, %(source)s, %(code)s, %(subject)s, %(seller_id)s, %(stream)s, %(detail)s, %(document_id)s)
ON CONFLICT (connection_id, source, code, subject) DO UPDATE
SET detail = excluded.detail, document_id = excluded.document_id, noted_at = excluded.noted_at

-- name: drop_notes
DELETE FROM source_notes
WHERE connection_id = %(connection_id)s AND source = %(source)s AND subject = %(subject)s AND code = ANY (%(codes)s::text[])

-- name: unbalanced_settlements
-- Settlements of the document whose rows do not add up to the total that their first row names.
SELECT settlement_id, currency, max(total_amount) AS total, coalesce(sum(amount), 0) AS lines
FROM settlement_lines
WHERE connection_id = %(connection_id)s
  AND settlement_id = ANY (ARRAY(SELECT DISTINCT settlement_id FROM settlement_lines
                                 WHERE connection_id = %(connection_id)s AND document_id = %(document_id)s))
GROUP BY settlement_id, currency
HAVING max(total_amount) <> coalesce(sum(amount), 0)
ORDER BY settlement_id

-- name: tries
-- How slices of a connection ended, newest first, of sources of which any failed lately.
SELECT part.source, part.scope, part.start_day, part.end_day, part.state = 'failed' AS failed, part.error,
       part.updated_at AS ended_at
FROM sync_slices AS part
WHERE part.connection_id = %(connection_id)s AND part.state IN ('failed', 'stored', 'unchanged')
  AND part.updated_at >= %(since)s
  AND EXISTS (
      SELECT FROM sync_slices AS bad
      WHERE bad.connection_id = part.connection_id AND bad.stream = part.stream AND bad.source = part.source
        AND bad.scope = part.scope AND bad.state = 'failed' AND bad.updated_at >= %(since)s
  )
ORDER BY part.slice_id DESC
