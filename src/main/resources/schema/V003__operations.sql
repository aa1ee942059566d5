-- One unit of work at one data location, its attempts, its past, and what it intends to read.

-- What can be done where: queues are discovered from this table and the data locations. A new stage adds rows.
CREATE TABLE operation_type (
    name           text PRIMARY KEY CHECK (name ~ '^[a-z][a-z0-9_]{0,62}$'),
    stage          smallint NOT NULL CHECK (stage BETWEEN 0 AND 99),
    location_types location_type[] NOT NULL CHECK (cardinality(location_types) > 0),
    description    text NOT NULL,
    put_back_waits_for text,
    storage_types  storage_type[] NOT NULL DEFAULT '{DISK,S3,TAPE}',
    CONSTRAINT work_is_somewhere CHECK (array_position(location_types, NULL) IS NULL AND array_position(storage_types, NULL) IS NULL)
);
COMMENT ON COLUMN operation_type.put_back_waits_for IS
    'what put-back work waits for until its manager lets it go again; null: it is due when its pause is over';
INSERT INTO operation_type (name, stage, location_types, description) VALUES
    ('raw_data_package_creation',      1, '{SOURCE}',             'packs raw data files into one archive at the site''s buffer'),
    ('data_transfer_package_creation', 2, '{BUFFER}',             'bundles buffered packages for one journey'),
    ('data_transfer',                  3, '{BUFFER}',             'sends a transfer package to another site''s buffer'),
    ('data_transfer_unpacking',        4, '{BUFFER}',             'verifies what arrived and puts the packages into place'),
    ('long_term_archive_transfer',     5, '{LONG_TERM_ARCHIVE}',  'stores a package in the long-term archive and reads it back'),
    ('verification',                   5, '{LONG_TERM_ARCHIVE}',  'reads an archived copy again'),
    ('staging',                        6, '{PROCESSING}',         'brings an archived package to where it is processed'),
    ('deletion',                       7, '{SOURCE,BUFFER,PROCESSING}', 'removes copies that are proven to be needed no longer');
INSERT INTO operation_type (name, stage, location_types, storage_types, description) VALUES
    ('tape_recall',                    6, '{LONG_TERM_ARCHIVE}', '{TAPE}', 'brings a package from tape to where staging can read it');
UPDATE operation_type SET put_back_waits_for = 'its turn on the link' WHERE name = 'data_transfer';

CREATE TYPE failure_kind AS ENUM ('ITEM', 'LOCATION', 'LINK', 'PLATFORM');

CREATE TABLE node (
    name         text PRIMARY KEY,
    boot_id      uuid NOT NULL,
    version      text NOT NULL,
    host         text NOT NULL,
    process_id   bigint NOT NULL,
    roles        text[] NOT NULL,
    locations    text[] NOT NULL,
    machine      text NOT NULL DEFAULT '',
    started_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
    heartbeat_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    stopped_at   timestamptz,
    load_average double precision,
    processors   integer,
    held         integer NOT NULL DEFAULT 0,
    clock_offset_millis bigint
);
COMMENT ON COLUMN node.machine IS 'tells machines of one host name apart, and a machine before its last start from the same one after it';
COMMENT ON COLUMN node.load_average IS 'of its machine in the last minute, to be held against its processors';
COMMENT ON COLUMN node.held IS 'operations that it works on';
COMMENT ON COLUMN node.clock_offset_millis IS 'by how much its clock is ahead of this database''s; null: not measured';

-- Nodes that were heard of lately: they beat at least every 10 s.
CREATE VIEW live_node AS
    SELECT * FROM node WHERE stopped_at IS NULL AND heartbeat_at > clock_timestamp() - interval '1 minute';

-- What the preflights of nodes found at the data locations that they reach. What passes has no row.
CREATE TABLE preflight_finding (
    node             text NOT NULL,
    data_location_id bigint NOT NULL REFERENCES data_location ON DELETE CASCADE,
    check_name       text NOT NULL,
    stops            text[] NOT NULL,
    reason           text NOT NULL,
    since            timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (node, data_location_id, check_name)
);
COMMENT ON COLUMN preflight_finding.stops IS 'types of operations that the node does not do there meanwhile; *: any';

-- One deletion operation carries a batch of copies of one location; the evidence of each is a row of its own.
CREATE TABLE deletion_batch (
    id               bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    data_location_id bigint NOT NULL REFERENCES data_location,
    status           work_status NOT NULL DEFAULT 'PENDING',
    created_at       timestamptz NOT NULL DEFAULT clock_timestamp(),
    completed_at     timestamptz
);
CREATE INDEX deletion_batch_open ON deletion_batch (data_location_id) WHERE status IN ('PENDING', 'SCHEDULED', 'IN_PROGRESS');

CREATE TABLE operation (
    id               bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    type             text NOT NULL REFERENCES operation_type,
    data_location_id bigint NOT NULL REFERENCES data_location,
    queue            text NOT NULL CHECK (queue ~ '^[a-z0-9]+_[a-z0-9_]+$'),
    raw_data_package_id           bigint REFERENCES raw_data_package,
    data_transfer_package_id      bigint REFERENCES data_transfer_package,
    data_transfer_id              bigint REFERENCES data_transfer,
    long_term_archive_transfer_id bigint REFERENCES long_term_archive_transfer,
    staging_job_id                bigint REFERENCES staging_job,
    physical_copy_id              bigint REFERENCES physical_copy,
    deletion_batch_id             bigint REFERENCES deletion_batch,
    subject_id       bigint NOT NULL GENERATED ALWAYS AS (coalesce(raw_data_package_id, data_transfer_package_id,
                         data_transfer_id, long_term_archive_transfer_id, staging_job_id, physical_copy_id, deletion_batch_id)) STORED,
    priority         integer NOT NULL DEFAULT 100,
    status           work_status NOT NULL DEFAULT 'PENDING',
    attempt          integer NOT NULL DEFAULT 0 CHECK (attempt >= 0),
    max_attempts     integer NOT NULL DEFAULT 8 CHECK (max_attempts > 0),
    stalls           integer NOT NULL DEFAULT 0,
    parks            integer NOT NULL DEFAULT 0 CHECK (parks >= 0),
    not_before       timestamptz NOT NULL DEFAULT clock_timestamp(),
    waits_for        text,
    waits_since      timestamptz,
    created_at       timestamptz NOT NULL DEFAULT clock_timestamp(),
    scheduled_at     timestamptz,
    lease_owner      text,
    lease_boot_id    uuid,
    lease_token      uuid,
    lease_expires_at timestamptz,
    claimed_at       timestamptz,
    heartbeat_at     timestamptz,
    phase            text,
    bytes_done       bigint NOT NULL DEFAULT 0,
    bytes_total      bigint,
    bytes_per_second bigint CHECK (bytes_per_second >= 0),
    seconds_left     bigint GENERATED ALWAYS AS (CASE WHEN bytes_per_second > 0 AND bytes_total >= bytes_done
                         THEN ceil((bytes_total - bytes_done)::numeric / bytes_per_second)::bigint END) STORED,
    failure_kind     failure_kind,
    failure_message  text,
    finished_at      timestamptz,
    CONSTRAINT the_subject_fits_the_type CHECK (
        num_nonnulls(raw_data_package_id, data_transfer_package_id, data_transfer_id, long_term_archive_transfer_id,
                     staging_job_id, physical_copy_id, deletion_batch_id) = 1
        AND CASE type
            WHEN 'raw_data_package_creation'      THEN raw_data_package_id
            WHEN 'data_transfer_package_creation' THEN data_transfer_package_id
            WHEN 'data_transfer'                  THEN data_transfer_id
            WHEN 'data_transfer_unpacking'        THEN data_transfer_id
            WHEN 'long_term_archive_transfer'     THEN long_term_archive_transfer_id
            WHEN 'staging'                        THEN staging_job_id
            WHEN 'verification'                   THEN physical_copy_id
            WHEN 'tape_recall'                    THEN physical_copy_id
            WHEN 'deletion'                       THEN deletion_batch_id
            ELSE 0
        END IS NOT NULL),
    CONSTRAINT work_in_progress_is_leased CHECK
        ((status = 'IN_PROGRESS') = (lease_token IS NOT NULL AND lease_owner IS NOT NULL AND lease_expires_at IS NOT NULL)),
    CONSTRAINT finished_work_has_a_time CHECK ((status IN ('COMPLETED', 'FAILED', 'CANCELLED')) = (finished_at IS NOT NULL))
) WITH (fillfactor = 70);
COMMENT ON COLUMN operation.bytes_per_second IS
    'between the last two beats of the same phase; null before the second';
COMMENT ON COLUMN operation.waits_since IS 'since when it waits, in one wait or several, for what nothing is to blame for';
COMMENT ON TABLE operation IS 'live and failed work only; what is completed or cancelled moves to operation_history';
CREATE UNIQUE INDEX one_live_operation_per_subject ON operation (type, subject_id, data_location_id)
    WHERE status IN ('PENDING', 'SCHEDULED', 'IN_PROGRESS');
CREATE INDEX operation_due ON operation (queue, priority, created_at, id) WHERE status IN ('PENDING', 'SCHEDULED') AND waits_for IS NULL;
CREATE INDEX operation_parked ON operation (not_before) WHERE status = 'PENDING' AND waits_for IS NOT NULL;
CREATE INDEX operation_scheduled ON operation (queue, scheduled_at) WHERE status = 'SCHEDULED';
CREATE INDEX operation_leased ON operation (lease_expires_at) WHERE status = 'IN_PROGRESS';
CREATE INDEX operation_failed ON operation (finished_at) WHERE status = 'FAILED';
CREATE INDEX operation_of_subject ON operation (subject_id, type);

-- Queues that have due work while nothing of them is in progress, and since when nobody has claimed any of it.
CREATE TABLE queue_standstill (
    queue        text PRIMARY KEY,
    operation_id bigint NOT NULL,
    since        timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON COLUMN queue_standstill.operation_id IS 'was the best due one then; a claim of it ends the standstill';

CREATE TABLE operation_history (
    id bigint NOT NULL, type text NOT NULL, data_location_id bigint NOT NULL, queue text NOT NULL,
    subject_id bigint NOT NULL, priority integer NOT NULL, status work_status NOT NULL, attempt integer NOT NULL,
    stalls integer NOT NULL, created_at timestamptz NOT NULL, scheduled_at timestamptz, claimed_at timestamptz,
    finished_at timestamptz NOT NULL, node text, bytes_done bigint NOT NULL, failure_kind failure_kind, failure_message text
) PARTITION BY RANGE (finished_at);
CREATE INDEX operation_history_of_subject ON operation_history (subject_id, type);
CREATE TABLE operation_history_default PARTITION OF operation_history DEFAULT;

-- No foreign key to operation: old months of the past go as whole partitions.
CREATE TABLE operation_attempt (
    operation_id bigint NOT NULL,
    attempt      integer NOT NULL,
    node         text NOT NULL,
    lease_token  uuid NOT NULL,
    started_at   timestamptz NOT NULL,
    ended_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
    outcome      text NOT NULL CHECK (outcome IN ('COMPLETED', 'RETRY', 'PARKED', 'FAILED', 'STALLED', 'GIVEN_BACK', 'CANCELLED', 'WAITING')),
    failure_kind failure_kind,
    message      text,
    bytes_done   bigint NOT NULL DEFAULT 0
) PARTITION BY RANGE (ended_at);
CREATE INDEX operation_attempt_of_operation ON operation_attempt (operation_id);
CREATE TABLE operation_attempt_default PARTITION OF operation_attempt DEFAULT;

-- Months are those of UTC, wherever the session that makes them is. Each function is one transaction: who dies in the
-- middle has done nothing, and who comes second waits for no lock longer than it says and leaves it to the next round.
CREATE FUNCTION ensure_history_partitions(month date) RETURNS integer LANGUAGE plpgsql
    SET timezone = 'UTC' SET lock_timeout = '5s' AS $$
DECLARE
    first_day date := date_trunc('month', month);
    next_month date := first_day + interval '1 month';
    parent text;
    ended text;
    partition text;
    made integer := 0;
BEGIN
    PERFORM pg_advisory_xact_lock('operation_history'::regclass::oid::integer, 0);
    FOR parent, ended IN VALUES ('operation_history', 'finished_at'), ('operation_attempt', 'ended_at') LOOP
        partition := parent || to_char(first_day, '_YYYY_MM');
        CONTINUE WHEN to_regclass(partition) IS NOT NULL;
        -- Attached when complete: a partition that is made in its place locks the past as a whole.
        EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', partition, parent);
        -- What ended while the month had no partition lies in the default one, and would be in its way.
        EXECUTE format('LOCK TABLE %I IN SHARE ROW EXCLUSIVE MODE', parent || '_default');
        EXECUTE format('WITH moved AS (DELETE FROM %1$I WHERE %2$I >= %3$L AND %2$I < %4$L RETURNING *) '
                       'INSERT INTO %5$I SELECT * FROM moved', parent || '_default', ended, first_day, next_month, partition);
        EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)',
                       parent, partition, first_day, next_month);
        made := made + 1;
    END LOOP;
    RETURN made;
END $$;
COMMENT ON FUNCTION ensure_history_partitions IS 'makes the partitions of one month, with what already ended in it; how many it made';

CREATE FUNCTION prepare_history(months_ahead integer) RETURNS integer LANGUAGE sql AS $$
    SELECT sum(ensure_history_partitions((date_trunc('month', clock_timestamp() AT TIME ZONE 'UTC')
                                          + make_interval(months => n))::date))::integer
      FROM generate_series(0, months_ahead) AS n
$$;
COMMENT ON FUNCTION prepare_history IS 'makes the partitions of this month and the next ones where they are missing';
SELECT prepare_history(2);

-- Whole months go at once; what lies in the default partition goes a batch at a time.
CREATE FUNCTION forget_history(keep_seconds bigint, batch integer) RETURNS TABLE (forgotten text, rows bigint)
    LANGUAGE plpgsql SET timezone = 'UTC' SET lock_timeout = '1s' AS $$
DECLARE
    oldest timestamptz := clock_timestamp() - make_interval(secs => keep_seconds);
    parent text;
    ended text;
BEGIN
    IF keep_seconds <= 0 OR NOT pg_try_advisory_xact_lock('operation_history'::regclass::oid::integer, 0) THEN
        RETURN;
    END IF;
    FOR parent, ended IN VALUES ('operation_history', 'finished_at'), ('operation_attempt', 'ended_at') LOOP
        rows := NULL;
        FOR forgotten IN
            SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
             WHERE i.inhparent = parent::regclass AND c.relname ~ '_[0-9]{4}_[0-9]{2}$'
               AND to_date(right(c.relname, 7), 'YYYY_MM') + interval '1 month' <= oldest
             ORDER BY 1
        LOOP
            EXECUTE format('DROP TABLE %I', forgotten);
            RETURN NEXT;
        END LOOP;
        forgotten := parent || '_default';
        EXECUTE format('DELETE FROM %1$I WHERE ctid = ANY (ARRAY(SELECT ctid FROM %1$I WHERE %2$I < %3$L LIMIT %4$s))',
                       forgotten, ended, oldest, batch);
        GET DIAGNOSTICS rows = ROW_COUNT;
        IF rows > 0 THEN
            RETURN NEXT;
        END IF;
    END LOOP;
END $$;
COMMENT ON FUNCTION forget_history IS 'drops months that ended longer ago; 0 seconds: none. A row for each, and for what went one by one';

-- Who intends to read a copy. Written when the intent is born, removed only at its terminal state.
CREATE TABLE copy_use (
    id               bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    physical_copy_id bigint NOT NULL REFERENCES physical_copy,
    data_transfer_package_id      bigint REFERENCES data_transfer_package,
    data_transfer_id              bigint REFERENCES data_transfer,
    long_term_archive_transfer_id bigint REFERENCES long_term_archive_transfer,
    staging_job_id                bigint REFERENCES staging_job,
    verification_operation_id     bigint REFERENCES operation ON DELETE CASCADE,
    since            timestamptz NOT NULL DEFAULT clock_timestamp(),
    CHECK (num_nonnulls(data_transfer_package_id, data_transfer_id, long_term_archive_transfer_id, staging_job_id,
                        verification_operation_id) = 1)
);
CREATE INDEX copy_use_of_copy ON copy_use (physical_copy_id);
CREATE UNIQUE INDEX copy_use_by_transfer_package ON copy_use (data_transfer_package_id, physical_copy_id) WHERE data_transfer_package_id IS NOT NULL;
CREATE UNIQUE INDEX copy_use_by_transfer ON copy_use (data_transfer_id, physical_copy_id) WHERE data_transfer_id IS NOT NULL;
CREATE UNIQUE INDEX copy_use_by_archive_transfer ON copy_use (long_term_archive_transfer_id, physical_copy_id) WHERE long_term_archive_transfer_id IS NOT NULL;
CREATE UNIQUE INDEX copy_use_by_job ON copy_use (staging_job_id, physical_copy_id) WHERE staging_job_id IS NOT NULL;
CREATE UNIQUE INDEX copy_use_by_verification ON copy_use (verification_operation_id, physical_copy_id) WHERE verification_operation_id IS NOT NULL;

CREATE TABLE reservation (
    id               bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    data_location_id bigint NOT NULL REFERENCES data_location,
    operation_id     bigint NOT NULL REFERENCES operation ON DELETE CASCADE,
    bytes            bigint NOT NULL CHECK (bytes > 0),
    since            timestamptz NOT NULL DEFAULT clock_timestamp(),
    UNIQUE (operation_id, data_location_id)
);

-- The proof of one deletion: what was to go, why it might, and what became of it. Kept for audit.
CREATE TABLE deletion_evidence (
    id                bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    deletion_batch_id bigint NOT NULL REFERENCES deletion_batch,
    physical_copy_id  bigint NOT NULL REFERENCES physical_copy,
    rule              text NOT NULL,
    evidence          jsonb NOT NULL,
    decided_at        timestamptz NOT NULL DEFAULT clock_timestamp(),
    outcome           text CHECK (outcome IN ('DELETED', 'ABSENT', 'REFUSED', 'CHANGED', 'FAILED')),
    message           text,
    finished_at       timestamptz,
    UNIQUE (deletion_batch_id, physical_copy_id)
);
CREATE INDEX deletion_evidence_of_copy ON deletion_evidence (physical_copy_id);

-- Work whose node fell silent before its lease ran out, where no other living node reaches the place for work of its type.
-- Nobody could do it: it is left to its node, which may only be cut off, until that or another one is there.
CREATE VIEW unreachable_operation AS
    SELECT o.id, o.queue, n.name AS node, n.heartbeat_at AS silent_since,
           'unreachable: node ' || n.name || ' silent since '
               || to_char(n.heartbeat_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI"Z"') AS reason
      FROM operation o
      JOIN node n ON n.name = o.lease_owner AND n.boot_id = o.lease_boot_id
      JOIN data_location l ON l.id = o.data_location_id
      JOIN site s ON s.id = l.site_id
     WHERE o.status = 'IN_PROGRESS' AND o.lease_expires_at < clock_timestamp()
       AND n.stopped_at IS NULL AND n.heartbeat_at <= o.lease_expires_at
       AND NOT EXISTS (SELECT FROM live_node w CROSS JOIN unnest(w.locations) AS p (pattern)
                        WHERE w.name <> n.name AND 'worker' = ANY (w.roles)
                          AND s.short_name || '/' || l.name ~ ('^' || replace(p.pattern, '*', '[a-z0-9_]*') || '$')
                          AND NOT EXISTS (SELECT FROM preflight_finding f
                                           WHERE f.node = w.name AND f.data_location_id = l.id
                                             AND ('*' = ANY (f.stops) OR o.type = ANY (f.stops))));
