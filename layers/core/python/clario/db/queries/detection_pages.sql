-- name: detections_page
-- A filtered, sorted page of detections with the totals of everything that the filter lets through: one row more than
-- the page holds says that there is a next page; without any row there is one of nulls for the totals.
-- What depends on the day is counted here from each marketplace's today. The steps of `severity` are those of
-- clario.domain.claims (a test holds both together); `sort_key` grows in every order.
WITH seen AS (
    SELECT d.*, d.deadline_date - today.day AS remaining, today.day AS today,
           d.estimated_value * rate.usd AS usd_value
    FROM detection_results AS d
    LEFT JOIN unnest(%(marketplaces)s::text[], %(days)s::date[]) AS today (id, day) ON today.id = d.marketplace_id
    LEFT JOIN unnest(%(currencies)s::text[], %(rates)s::numeric[]) AS rate (currency, usd) USING (currency)
    WHERE d.seller_id = %(seller_id)s
), leveled AS (
    SELECT seen.*,
           CASE WHEN usd_value >= 500 THEN 3 WHEN usd_value >= 100 THEN 2 WHEN usd_value >= 25 THEN 1 ELSE 0 END AS level,
           CASE %(sort)s::text
               WHEN 'deadlineDate' THEN deadline_date - date '2000-01-01'
               WHEN '-confidenceScore' THEN -confidence_score
               WHEN '-discoveryDate' THEN -extract(epoch FROM discovery_date)
               ELSE -coalesce(usd_value, -1)
           END::numeric AS sort_key
    FROM seen
), judged AS (
    SELECT leveled.*,
           (ARRAY['low', 'medium', 'high', 'critical'])[1 + least(
               CASE WHEN level > 0 AND remaining BETWEEN 0 AND 7 THEN least(level + 1, 3) ELSE level END,
               CASE WHEN confidence_score < 0.5 THEN 1 ELSE 3 END
           )] AS seen_severity
    FROM leveled
), chosen AS (
    SELECT * FROM judged
    WHERE (%(anomaly_type)s::text IS NULL OR anomaly_type = %(anomaly_type)s)
      AND (%(anomaly_family)s::text IS NULL OR anomaly_family = %(anomaly_family)s)
      AND (%(severity)s::text IS NULL OR seen_severity = %(severity)s)
      AND (%(tier)s::text IS NULL OR tier = %(tier)s)
      AND (%(status)s::text IS NULL OR status = %(status)s)
      AND (%(expired)s::boolean IS NULL OR (remaining < 0) = %(expired)s)
      AND (%(currency)s::text IS NULL OR currency = %(currency)s)
      AND (%(min_value)s::numeric IS NULL OR usd_value >= %(min_value)s)
      AND (%(sync_id)s::text IS NULL OR EXISTS (
          SELECT FROM detection_history AS h WHERE h.detection_id = judged.id AND h.sync_id = %(sync_id)s
      ))
), amounts AS (
    SELECT currency,
           coalesce(sum(estimated_value) FILTER (
               WHERE tier = 'claim' AND status <> 'resolved' AND claimable_from <= today AND remaining >= 0
           ), 0)::text AS claimable,
           coalesce(sum(review_value) FILTER (WHERE status <> 'resolved' AND remaining >= 0), 0)::text AS review,
           coalesce(sum(estimated_value) FILTER (
               WHERE tier = 'claim' AND status <> 'resolved' AND remaining < 0
           ), 0)::text AS expired
    FROM chosen WHERE currency IS NOT NULL GROUP BY currency
)
SELECT summed.total, summed.totals, page.*
FROM (
    SELECT (SELECT count(*) FROM chosen) AS total,
           (SELECT coalesce(jsonb_agg(to_jsonb(amounts) ORDER BY currency), '[]') FROM amounts) AS totals
) AS summed
LEFT JOIN (
    SELECT * FROM chosen
    WHERE %(after_key)s::numeric IS NULL OR (sort_key, id) > (%(after_key)s::numeric, %(after_id)s::uuid)
    ORDER BY sort_key, id LIMIT %(limit)s::integer + 1
) AS page ON true
ORDER BY page.sort_key, page.id

-- name: one_detection
SELECT * FROM detection_results WHERE id = %(detection_id)s AND seller_id = %(seller_id)s

-- name: detection_history
SELECT at, sync_id, kind, entry FROM detection_history WHERE detection_id = %(detection_id)s ORDER BY number
