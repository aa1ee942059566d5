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
