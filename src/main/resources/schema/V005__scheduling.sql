-- Statements that routes call by name through camel-jdbc: each one is a single atomic step.
--
-- Where a few of many operations are taken, the order of an index is the only good plan. What PostgreSQL knows of the table
-- may come from a moment when it was nearly empty, and a plan of that moment, such as to read and sort everything, is kept:
-- the functions that say "SET enable_..." leave it no other.

-- Best due operations of one type become SCHEDULED, at most "room" per queue counting those already scheduled.
-- By an array, so that the plan does not depend on how many PostgreSQL thinks they might be: a backlog is never read as a whole.
CREATE FUNCTION schedule_due(wanted_type text, room integer) RETURNS TABLE (id bigint, queue text) LANGUAGE sql
    SET enable_seqscan = off SET enable_bitmapscan = off SET enable_sort = off AS $$
    UPDATE operation o
       SET status = 'SCHEDULED', scheduled_at = clock_timestamp()
     WHERE o.id = ANY (ARRAY(
           SELECT due.id
             FROM (SELECT l.id AS data_location_id, s.short_name || '_' || l.name || '_' || wanted_type AS queue
                     FROM data_location l JOIN site s ON s.id = l.site_id
                    WHERE l.active AND s.active) q
             CROSS JOIN LATERAL (SELECT count(*) AS n FROM operation x
                                 WHERE x.queue = q.queue AND x.status = 'SCHEDULED' AND x.waits_for IS NULL) waiting
             CROSS JOIN LATERAL (SELECT p.id FROM operation p
                                 WHERE p.queue = q.queue AND p.status = 'PENDING' AND p.waits_for IS NULL
                                   AND p.not_before <= clock_timestamp()
                                 ORDER BY p.priority, p.created_at, p.id
                                 LIMIT greatest(room - waiting.n, 0)
                                   FOR UPDATE SKIP LOCKED) due))
    RETURNING o.id, o.queue
$$;

-- The best due operations of one queue become IN_PROGRESS, "most" at most, each under a token of its own, except of those
-- that whoever claims has done already.
CREATE FUNCTION claim_best(wanted_queue text, most integer, node text, boot uuid, lease_seconds double precision, done bigint[])
    RETURNS SETOF operation LANGUAGE plpgsql
    SET enable_seqscan = off SET enable_bitmapscan = off SET enable_sort = off AS $$
BEGIN
    RETURN QUERY
    UPDATE operation o
       SET status = 'IN_PROGRESS', lease_owner = node, lease_boot_id = boot, lease_token = gen_random_uuid(),
           lease_expires_at = clock_timestamp() + make_interval(secs => lease_seconds),
           claimed_at = clock_timestamp(), heartbeat_at = clock_timestamp(),
           phase = NULL, bytes_done = 0, bytes_total = NULL, bytes_per_second = NULL
     WHERE o.id = ANY (ARRAY(SELECT due.id FROM operation due
                              WHERE due.queue = wanted_queue AND due.status IN ('PENDING', 'SCHEDULED')
                                AND due.waits_for IS NULL AND due.not_before <= clock_timestamp()
                                AND due.id <> ALL (done)
                              ORDER BY due.priority, due.created_at, due.id LIMIT most FOR UPDATE SKIP LOCKED))
    RETURNING o.*;
END
$$;

-- An operation that is held under this token goes to the history; false: it is not held so, and nothing was changed.
CREATE FUNCTION end_operation(wanted_id bigint, wanted_token uuid, became work_status, bytes bigint) RETURNS boolean
    LANGUAGE plpgsql SET enable_seqscan = off AS $$
BEGIN
    WITH done AS (
        DELETE FROM operation o WHERE o.id = wanted_id AND o.lease_token = wanted_token RETURNING o.*),
    attempt AS (
        INSERT INTO operation_attempt (operation_id, attempt, node, lease_token, started_at, outcome, bytes_done)
        SELECT d.id, d.attempt, d.lease_owner, d.lease_token, d.claimed_at, became::text, bytes FROM done d)
    INSERT INTO operation_history (id, type, data_location_id, queue, subject_id, priority, status,
                attempt, stalls, created_at, scheduled_at, claimed_at, finished_at, node, bytes_done)
    SELECT d.id, d.type, d.data_location_id, d.queue, d.subject_id, d.priority, became,
           d.attempt, d.stalls, d.created_at, d.scheduled_at, d.claimed_at, clock_timestamp(), d.lease_owner, bytes
      FROM done d;
    RETURN FOUND;
END
$$;

-- Queues of this node that have due work nobody was told of: a worker looks by itself when a hint was lost.
CREATE FUNCTION queues_with_due_work(served text[]) RETURNS TABLE (queue text) LANGUAGE sql STABLE AS $$
    SELECT q.queue FROM unnest(served) AS q(queue)
     WHERE EXISTS (SELECT FROM operation o
                    WHERE o.queue = q.queue AND o.status IN ('PENDING', 'SCHEDULED') AND o.waits_for IS NULL
                      AND o.not_before <= clock_timestamp())
$$;

-- Hints that nobody answered: back to PENDING. "patience" 0 at start when hints live in memory only.
CREATE FUNCTION forget_lost_hints(patience_seconds integer) RETURNS TABLE (id bigint) LANGUAGE sql AS $$
    UPDATE operation o SET status = 'PENDING', scheduled_at = NULL
     WHERE o.id IN (SELECT x.id FROM operation x
                     WHERE x.status = 'SCHEDULED' AND x.scheduled_at < clock_timestamp() - make_interval(secs => patience_seconds)
                     ORDER BY x.scheduled_at LIMIT 1000 FOR UPDATE SKIP LOCKED)
    RETURNING o.id
$$;

-- Which queues stand still now: the one that has claimed nothing for longest first. Costs one look into the index per queue.
CREATE FUNCTION watch_queues() RETURNS TABLE (queue text, since timestamptz) LANGUAGE sql AS $$
    WITH best AS (
        SELECT q.queue, due.id
          FROM (SELECT s.short_name || '_' || l.name || '_' || t.name AS queue
                  FROM operation_type t
                  JOIN data_location l ON l.location_type = ANY (t.location_types) AND l.storage_type = ANY (t.storage_types)
                  JOIN site s ON s.id = l.site_id
                 WHERE l.active AND s.active) q
         CROSS JOIN LATERAL (SELECT p.id FROM operation p
                              WHERE p.queue = q.queue AND p.status IN ('PENDING', 'SCHEDULED') AND p.waits_for IS NULL
                                AND p.not_before <= clock_timestamp()
                              ORDER BY p.priority, p.created_at, p.id LIMIT 1) due
         WHERE NOT EXISTS (SELECT FROM operation r WHERE r.queue = q.queue AND r.status = 'IN_PROGRESS')),
    moved AS (
        DELETE FROM queue_standstill w WHERE NOT EXISTS (SELECT FROM best b WHERE b.queue = w.queue)),
    stood AS (
        INSERT INTO queue_standstill AS w (queue, operation_id) SELECT b.queue, b.id FROM best b ORDER BY b.queue
        ON CONFLICT ON CONSTRAINT queue_standstill_pkey DO UPDATE
           SET operation_id = excluded.operation_id,
               since = CASE WHEN EXISTS (SELECT FROM operation o
                                          WHERE o.id = w.operation_id AND o.status IN ('PENDING', 'SCHEDULED') AND o.waits_for IS NULL
                                            AND coalesce(o.claimed_at, '-infinity') < w.since)
                            THEN w.since ELSE clock_timestamp() END
        RETURNING w.queue, w.since)
    SELECT s.queue, s.since FROM stood s ORDER BY s.since, s.queue
$$;

-- Parked work whose next look has come is due again, except where a manager lets go as much as its limits allow.
CREATE FUNCTION wake_parked() RETURNS TABLE (id bigint) LANGUAGE sql AS $$
    UPDATE operation o SET waits_for = NULL
     WHERE o.id IN (SELECT x.id FROM operation x
                     WHERE x.status = 'PENDING' AND x.waits_for IS NOT NULL AND x.not_before <= statement_timestamp()
                       AND NOT EXISTS (SELECT FROM operation_type t WHERE t.name = x.type AND t.put_back_waits_for IS NOT NULL)
                     ORDER BY x.not_before LIMIT 1000 FOR UPDATE SKIP LOCKED)
    RETURNING o.id
$$;

-- Where one journey from site to site can end: at an active transfer route's destination, or by the default way where a
-- pair of sites has no route. What stands behind a better route that forbids the pair does not count. A pair that has
-- only DIRECT routes keeps the default way for what travels in transfer packages; packages by themselves take no relay.
CREATE VIEW hop AS
    SELECT r.id AS route_id, r.origin_site_id, r.destination_site_id, r.route_type, r.priority,
           r.route_type <> 'DIRECT' AS for_transfer_package, true AS for_package
      FROM transfer_route r
     WHERE r.active AND NOT r.forbidden AND r.route_type <> 'RELAY'
       AND NOT EXISTS (SELECT FROM transfer_route f
                        WHERE f.origin_site_id = r.origin_site_id AND f.destination_site_id = r.destination_site_id
                          AND f.active AND f.forbidden AND f.priority < r.priority)
    UNION ALL
    SELECT NULL, o.id, d.id, 'CUSTOM', NULL, true,
           NOT EXISTS (SELECT FROM transfer_route r
                        WHERE r.origin_site_id = o.id AND r.destination_site_id = d.id AND r.active)
      FROM site o JOIN site d ON d.id <> o.id
     WHERE NOT EXISTS (SELECT FROM transfer_route r
                        WHERE r.origin_site_id = o.id AND r.destination_site_id = d.id
                          AND r.active AND (r.forbidden OR r.route_type <> 'DIRECT'));

-- The ways from site to site, with where the next hop of each ends. A RELAY route is one as long as the site in the middle
-- has a buffer that takes something and can send on by itself.
CREATE VIEW way AS
    SELECT h.*, h.destination_site_id AS next_site_id FROM hop h
    UNION ALL
    SELECT r.id, r.origin_site_id, r.destination_site_id, r.route_type, r.priority, true, false, r.relay_site_id
      FROM transfer_route r
     WHERE r.active AND NOT r.forbidden AND r.route_type = 'RELAY'
       AND NOT EXISTS (SELECT FROM transfer_route f
                        WHERE f.origin_site_id = r.origin_site_id AND f.destination_site_id = r.destination_site_id
                          AND f.active AND f.forbidden AND f.priority < r.priority)
       AND EXISTS (SELECT FROM data_location l JOIN site s ON s.id = l.site_id
                    WHERE l.site_id = r.relay_site_id AND l.active AND s.active
                      AND l.draining_since IS NULL AND s.draining_since IS NULL
                      AND l.location_type = 'BUFFER' AND l.storage_type = 'DISK')
       AND EXISTS (SELECT FROM hop h WHERE h.origin_site_id = r.relay_site_id
                                       AND h.destination_site_id = r.destination_site_id AND h.for_transfer_package);

-- Whether packages by themselves go straight into a site's archive: it has one, and that is on tape only where a DIRECT
-- route says so. Else they go to a buffer, and from there into each archive.
CREATE FUNCTION archives_straight(site bigint, direct boolean) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT count(*) = 1 AND (direct OR bool_and(a.storage_type <> 'TAPE')) FROM data_location a
     WHERE a.site_id = site AND a.location_type = 'LONG_TERM_ARCHIVE' AND a.active
$$;

-- The site that can send what is in a secondary's transfer package package by package: the primary's, while it holds each
-- of them and archives them. Null: none. It spares the link of the origin.
CREATE FUNCTION sends_packages(transfer bigint) RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT f.destination_site_id
      FROM data_transfer t
      JOIN data_transfer f ON f.data_transfer_package_id = t.data_transfer_package_id AND f.is_primary AND f.status = 'COMPLETED'
     WHERE t.id = transfer AND NOT t.is_primary
       AND EXISTS (SELECT FROM way w WHERE w.origin_site_id = f.destination_site_id
                                       AND w.destination_site_id = t.destination_site_id AND w.for_package)
       AND EXISTS (SELECT FROM data_location a JOIN site s ON s.id = a.site_id
                    WHERE a.site_id = f.destination_site_id AND a.location_type = 'LONG_TERM_ARCHIVE'
                      AND a.storage_type <> 'TAPE' AND a.active AND s.active)
       AND NOT EXISTS (SELECT FROM raw_data_package p
                        WHERE p.data_transfer_package_id = t.data_transfer_package_id
                          AND NOT EXISTS (SELECT FROM physical_copy c JOIN data_location l ON l.id = c.data_location_id
                                           WHERE c.raw_data_package_id = p.id AND l.site_id = f.destination_site_id
                                             AND l.active AND l.location_type IN ('BUFFER', 'LONG_TERM_ARCHIVE')
                                             AND c.state IN ('PRESENT', 'DELETION_POSSIBLE')))
$$;

-- When daily windows such as 22:00-04:00 (UTC) let something begin: the moment itself where one is open, else the next
-- time one opens. No windows: always.
CREATE FUNCTION opens_at(windows text[], moment timestamptz) RETURNS timestamptz LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN count(*) = 0 OR bool_or(CASE WHEN w.first < w.last THEN w.time >= w.first AND w.time < w.last
                                                  ELSE w.time >= w.first OR w.time < w.last END) THEN moment
                ELSE min((w.midnight + w.first + CASE WHEN w.time < w.first THEN interval '0' ELSE interval '1 day' END)
                         AT TIME ZONE 'UTC') END
      FROM (SELECT split_part(text, '-', 1)::interval AS first, split_part(text, '-', 2)::interval AS last,
                   date_trunc('day', moment AT TIME ZONE 'UTC') AS midnight,
                   (moment AT TIME ZONE 'UTC') - date_trunc('day', moment AT TIME ZONE 'UTC') AS time
              FROM unnest(windows) AS text) w
$$;

-- Whether a transfer may begin on a way now: its link is neither paused nor given up for now, and a window is open, that of
-- the route itself or, for half of a RELAY route, of any route of the link. Of several ways the best open one is taken;
-- where none is open, it waits.
CREATE FUNCTION way_is_open(route bigint, origin_site bigint, next_site bigint) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT NOT EXISTS (SELECT FROM link k
                        WHERE k.origin_site_id = origin_site AND k.destination_site_id = next_site
                          AND (k.paused_since IS NOT NULL OR k.probe_at > clock_timestamp()))
       AND coalesce((SELECT bool_or(opens_at(r.time_windows, statement_timestamp()) <= statement_timestamp())
                       FROM transfer_route r
                      WHERE r.route_type <> 'RELAY'
                        AND (r.id = route
                             OR r.origin_site_id = origin_site AND r.destination_site_id = next_site AND r.active AND NOT r.forbidden
                                AND EXISTS (SELECT FROM transfer_route y WHERE y.id = route AND y.route_type = 'RELAY'))), true)
$$;

-- Every link as it is now. Of several routes of a pair the best by priority whose windows are open counts, else the one
-- that opens first. A RELAY route says nothing of the link: each of its halves is one.
CREATE VIEW link_now AS
    SELECT o.id AS origin_site_id, o.short_name AS origin, d.id AS destination_site_id, d.short_name AS destination,
           r.id AS transfer_route_id, r.method, r.pull, r.concurrency, r.rate_limit_bytes_per_second,
           nullif(r.opens_at, statement_timestamp()) AS opens_at,
           k.paused_by, k.paused_since, k.pause_reason, k.unhealthy_since, k.failure, k.probe_at,
           k.unhealthy_since IS NOT NULL AND k.probe_at <= clock_timestamp() AS probe_due
      FROM site o
      JOIN site d ON d.id <> o.id
      LEFT JOIN link k ON k.origin_site_id = o.id AND k.destination_site_id = d.id
      LEFT JOIN LATERAL (
           SELECT x.*, opens_at(x.time_windows, statement_timestamp()) AS opens_at
             FROM transfer_route x
            WHERE x.origin_site_id = o.id AND x.destination_site_id = d.id
              AND x.active AND NOT x.forbidden AND x.route_type <> 'RELAY'
            ORDER BY opens_at(x.time_windows, statement_timestamp()), x.priority
            LIMIT 1) r ON true;

-- Copies of transfer packages to be mended where they lie: those under suspicion, which are read a second time, and those
-- found bad or gone whose packages can all be read beside them. As long as there is one, its transfers wait for it.
CREATE VIEW mendable_transfer_package_copy AS
    SELECT c.id AS physical_copy_id, c.data_transfer_package_id, c.data_location_id, c.state
      FROM physical_copy c
      JOIN data_transfer_package p ON p.id = c.data_transfer_package_id
      JOIN data_location l ON l.id = c.data_location_id
      JOIN site s ON s.id = l.site_id
     WHERE c.state IN ('SUSPECT', 'CORRUPT', 'MISSING') AND p.status = 'COMPLETED'
       AND l.location_type = 'BUFFER' AND l.storage_type = 'DISK' AND l.active AND s.active
       AND (c.state = 'SUSPECT'
            OR NOT EXISTS (SELECT FROM raw_data_package r
                            WHERE r.data_transfer_package_id = p.id
                              AND NOT EXISTS (SELECT FROM physical_copy x
                                               WHERE x.raw_data_package_id = r.id AND x.data_location_id = l.id
                                                 AND x.state IN ('PRESENT', 'DELETION_POSSIBLE'))));

-- Nodes that were not heard of for so long, and in whose name nothing is in hand, leave the register. One that comes back
-- enters it again. 0: none.
CREATE FUNCTION forget_nodes(keep_seconds bigint) RETURNS TABLE (name text) LANGUAGE sql AS $$
    WITH gone AS (
        DELETE FROM node n
         WHERE keep_seconds > 0
           AND greatest(n.heartbeat_at, n.stopped_at) < clock_timestamp() - make_interval(secs => keep_seconds)
           AND NOT EXISTS (SELECT FROM operation o WHERE o.lease_owner = n.name)
        RETURNING n.name),
    findings AS (
        DELETE FROM preflight_finding f USING gone WHERE f.node = gone.name)
    SELECT gone.name FROM gone ORDER BY gone.name
$$;
