-- name: all_connections
SELECT * FROM connections WHERE seller_id = %(seller_id)s ORDER BY connection_id

-- name: get_connection
SELECT * FROM connections WHERE connection_id = %(connection_id)s

-- name: add_environment_connection
-- One per region. A revoked one comes to life again when the environment holds another token; a disconnected one does
-- not, and a seller's own connection is never touched.
INSERT INTO connections (seller_id, region, source, is_sandbox, token_fingerprint)
VALUES (%(seller_id)s, %(region)s, 'environment', %(is_sandbox)s, %(token_fingerprint)s)
ON CONFLICT (seller_id, region) DO UPDATE
SET status = 'active', error = NULL, token_fingerprint = excluded.token_fingerprint
WHERE connections.source = 'environment' AND connections.status = 'revoked'
  AND connections.token_fingerprint IS DISTINCT FROM excluded.token_fingerprint

-- name: set_marketplaces
UPDATE connections SET marketplace_ids = %(marketplace_ids)s, marketplaces_read_at = clario_now()
WHERE connection_id = %(connection_id)s AND marketplace_ids IS DISTINCT FROM %(marketplace_ids)s::text[]

-- name: revoke_connection
UPDATE connections SET status = 'revoked', error = %(error)s WHERE connection_id = %(connection_id)s

-- name: load_token
SELECT access_token, access_token_expires_at FROM tokens WHERE connection_id = %(connection_id)s

-- name: refresh_token
SELECT refresh_token FROM tokens WHERE connection_id = %(connection_id)s

-- name: lease_token
-- One of many workers gets the row: that one refreshes.
INSERT INTO tokens (connection_id, seller_id, refresh_lease_until)
VALUES (%(connection_id)s, %(seller_id)s, clario_now() + make_interval(secs => %(seconds)s))
ON CONFLICT (connection_id) DO UPDATE SET refresh_lease_until = excluded.refresh_lease_until
WHERE tokens.refresh_lease_until IS NULL OR tokens.refresh_lease_until <= clario_now()
RETURNING connection_id

-- name: save_token
INSERT INTO tokens (connection_id, seller_id, access_token, access_token_expires_at)
VALUES (%(connection_id)s, %(seller_id)s, %(sealed)s, %(expires_at)s)
ON CONFLICT (connection_id) DO UPDATE
SET access_token = excluded.access_token, access_token_expires_at = excluded.access_token_expires_at,
    refresh_lease_until = NULL, updated_at = clario_now()

-- name: reserve
-- GCRA: consume one call and answer from when on it may be sent. `ready_at` moves on by one interval; a call may go
-- out that much earlier as the burst allows.
INSERT INTO usage_plans AS plan (subject, application, operation, ready_at)
VALUES (%(subject)s, %(application)s, %(operation)s, clario_now() + make_interval(secs => 1 / %(rate)s))
ON CONFLICT (subject, application, operation) DO UPDATE
SET ready_at = greatest(plan.ready_at, clario_now())
             + make_interval(secs => 1 / coalesce(plan.learned_rate, %(rate)s))
RETURNING ready_at - make_interval(secs => %(burst)s / coalesce(plan.learned_rate, %(rate)s)) AS sends_at

-- name: learn_rate
-- The rate in force, lower or higher than the default. What is missing from the bucket takes its own time to come back.
UPDATE usage_plans
SET learned_rate = %(learned)s,
    ready_at = clario_now()
             + greatest(ready_at - clario_now(), interval '0') * (coalesce(learned_rate, %(rate)s) / %(learned)s)
WHERE subject = %(subject)s AND application = %(application)s AND operation = %(operation)s
  AND learned_rate IS DISTINCT FROM %(learned)s

-- name: throttled
-- Amazon said no: its bucket is empty, and the next call is at least one interval away.
UPDATE usage_plans
SET ready_at = greatest(ready_at, clario_now() + make_interval(secs => %(burst)s / coalesce(learned_rate, %(rate)s)))
WHERE subject = %(subject)s AND application = %(application)s AND operation = %(operation)s

-- name: put_cost
INSERT INTO product_costs (seller_id, sku, currency, valid_from, unit_cost)
VALUES (%(seller_id)s, %(sku)s, %(currency)s, %(valid_from)s, %(unit_cost)s)
ON CONFLICT (seller_id, sku, currency, valid_from) DO UPDATE SET unit_cost = excluded.unit_cost

-- name: all_costs
SELECT sku, unit_cost, currency, valid_from FROM product_costs WHERE seller_id = %(seller_id)s
ORDER BY sku, currency, valid_from

-- name: costs_page
-- One row more than the page holds says that there is a next one; without any row there is one of nulls for the total.
SELECT counted.total, page.*
FROM (SELECT count(*) AS total FROM product_costs WHERE seller_id = %(seller_id)s) AS counted
LEFT JOIN (
    SELECT sku, unit_cost, currency, valid_from FROM product_costs
    WHERE seller_id = %(seller_id)s
      AND (%(sku)s::text IS NULL OR (sku, currency, valid_from) > (%(sku)s, %(currency)s::text, %(valid_from)s::date))
    ORDER BY sku, currency, valid_from LIMIT %(limit)s::integer + 1
) AS page ON true
ORDER BY page.sku, page.currency, page.valid_from
