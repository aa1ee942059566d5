-- Statements that routes call by name through camel-jdbc: each one is a single atomic step.

-- Best due operations of one type become SCHEDULED, at most "room" per queue counting those already scheduled.
CREATE FUNCTION schedule_due(wanted_type text, room integer) RETURNS TABLE (id bigint, queue text) LANGUAGE sql AS $$
    UPDATE operation o
       SET status = 'SCHEDULED', scheduled_at = clock_timestamp()
      FROM (SELECT due.id
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
                                    FOR UPDATE SKIP LOCKED) due) best
     WHERE o.id = best.id
    RETURNING o.id, o.queue
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

-- Parked work whose next look has come is due again.
CREATE FUNCTION wake_parked() RETURNS TABLE (id bigint) LANGUAGE sql AS $$
    UPDATE operation o SET waits_for = NULL
     WHERE o.id IN (SELECT x.id FROM operation x
                     WHERE x.status = 'PENDING' AND x.waits_for IS NOT NULL AND x.not_before <= statement_timestamp()
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
-- has a buffer in service and can send on by itself.
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
                      AND l.location_type = 'BUFFER' AND l.storage_type = 'DISK')
       AND EXISTS (SELECT FROM hop h WHERE h.origin_site_id = r.relay_site_id
                                       AND h.destination_site_id = r.destination_site_id AND h.for_transfer_package);

-- Whether a transfer may begin on a way now. Of several ways the best open one is taken; where none is open, it waits.
CREATE FUNCTION way_is_open(route bigint, origin_site bigint, next_site bigint) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT true
$$;
