-- The nouns that all stages read: observations, files, packages, physical copies, and what protects them.

CREATE TYPE work_status AS ENUM ('PENDING', 'SCHEDULED', 'IN_PROGRESS', 'COMPLETED', 'FAILED', 'CANCELLED');
CREATE TYPE package_state AS ENUM ('WAITING', 'TRANSFERRING', 'ARCHIVED', 'FAILED');
CREATE TYPE copy_state AS ENUM ('PRESENT', 'STAGED', 'DELETION_POSSIBLE', 'DELETION_SCHEDULED', 'DELETION_IN_PROGRESS',
                                'DELETED', 'DELETION_FAILED', 'SUSPECT', 'CORRUPT', 'MISSING');
CREATE TYPE file_kind AS ENUM ('FILE', 'SYMLINK');

CREATE TABLE executed_observation_unit (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    instrument_id bigint NOT NULL REFERENCES instrument,
    name          text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    program       text,
    target        text,
    right_ascension_deg double precision CHECK (right_ascension_deg >= 0 AND right_ascension_deg < 360),
    declination_deg     double precision CHECK (declination_deg BETWEEN -90 AND 90),
    started_at    timestamptz,
    ended_at      timestamptz,
    priority      integer NOT NULL DEFAULT 100,
    finished_at   timestamptz,
    finished_by   text,
    created_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    UNIQUE (instrument_id, name)
);
COMMENT ON COLUMN executed_observation_unit.finished_by IS 'who said last that it is complete, as raw_data_file.filed_by';
COMMENT ON COLUMN executed_observation_unit.finished_at IS 'when its data was declared complete: packaging need not wait any longer';

CREATE TABLE raw_data_package (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    uuid          uuid NOT NULL UNIQUE DEFAULT gen_random_uuid(),
    name          text NOT NULL UNIQUE CHECK (name ~ '^[a-z0-9][a-z0-9.-]{0,120}$'),
    executed_observation_unit_id bigint NOT NULL REFERENCES executed_observation_unit,
    instrument_module_id bigint NOT NULL REFERENCES instrument_module,
    source_location_id   bigint NOT NULL REFERENCES data_location,
    buffer_location_id   bigint NOT NULL REFERENCES data_location,
    status        work_status NOT NULL DEFAULT 'PENDING',
    state         package_state NOT NULL DEFAULT 'WAITING',
    priority      integer NOT NULL DEFAULT 100,
    file_count    bigint NOT NULL CHECK (file_count > 0),
    content_bytes bigint NOT NULL CHECK (content_bytes >= 0),
    size_bytes    bigint CHECK (size_bytes > 0),
    xxh64         text CHECK (xxh64 ~ '^xxh64:[0-9a-f]{16}$'),
    sha256        text CHECK (sha256 ~ '^sha256:[0-9a-f]{64}$'),
    data_transfer_package_id bigint,
    goes_alone    boolean NOT NULL DEFAULT false,
    created_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    packaged_at   timestamptz,
    archived_at   timestamptz,
    CONSTRAINT a_finished_package_has_its_digests CHECK
        (status <> 'COMPLETED' OR (size_bytes IS NOT NULL AND xxh64 IS NOT NULL AND sha256 IS NOT NULL)),
    CONSTRAINT an_archived_package_is_finished CHECK (state <> 'ARCHIVED' OR archived_at IS NOT NULL)
);
CREATE INDEX raw_data_package_to_assemble ON raw_data_package (buffer_location_id, packaged_at)
    WHERE status = 'COMPLETED' AND state IN ('WAITING', 'ARCHIVED') AND data_transfer_package_id IS NULL AND NOT goes_alone;
COMMENT ON COLUMN raw_data_package.goes_alone IS 'its transfers are recorded, and it will never be in a transfer package';
CREATE INDEX raw_data_package_of_transfer_package ON raw_data_package (data_transfer_package_id);
CREATE INDEX raw_data_package_of_observation ON raw_data_package (executed_observation_unit_id);
-- What is unfinished at a place: asked before it is switched off, and while it drains.
CREATE INDEX raw_data_package_unfinished_of ON raw_data_package (source_location_id)
    WHERE status IN ('PENDING', 'SCHEDULED', 'IN_PROGRESS');
CREATE INDEX raw_data_package_unfinished_for ON raw_data_package (buffer_location_id)
    WHERE status IN ('PENDING', 'SCHEDULED', 'IN_PROGRESS');

CREATE TABLE raw_data_file (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    uuid          uuid NOT NULL UNIQUE,
    executed_observation_unit_id bigint NOT NULL REFERENCES executed_observation_unit,
    instrument_module_id bigint NOT NULL REFERENCES instrument_module,
    source_location_id   bigint NOT NULL REFERENCES data_location,
    path          text COLLATE "C" NOT NULL CHECK (path <> '' AND strpos(path, chr(92)) = 0),
    readable_path text NOT NULL,
    kind          file_kind NOT NULL DEFAULT 'FILE',
    link_target   text,
    size_bytes    bigint NOT NULL CHECK (size_bytes >= 0),
    modified_at   timestamptz NOT NULL,
    modified_nanos integer NOT NULL CHECK (modified_nanos BETWEEN 0 AND 999999999),
    file_key      text NOT NULL,
    xxh64         text NOT NULL CHECK (xxh64 ~ '^xxh64:[0-9a-f]{16}$'),
    sha256        text NOT NULL CHECK (sha256 ~ '^sha256:[0-9a-f]{64}$'),
    raw_data_package_id bigint REFERENCES raw_data_package,
    problem       text,
    filed_at      timestamptz NOT NULL DEFAULT clock_timestamp(),
    filed_by      text,
    CHECK ((kind = 'SYMLINK') = (link_target IS NOT NULL)),
    CONSTRAINT a_refused_file_is_in_no_package CHECK (problem IS NULL OR raw_data_package_id IS NULL)
);
COMMENT ON COLUMN raw_data_file.path IS 'below the source location''s root, every byte kept: percent-encoded';
COMMENT ON COLUMN raw_data_file.modified_nanos IS 'nanoseconds within the second of modified_at, which the database rounds to microseconds';
COMMENT ON COLUMN raw_data_file.file_key IS 'device:inode at filing';
COMMENT ON COLUMN raw_data_file.filed_by IS 'name of the token, or of the user of a request or command, and which of these; null: not known';
COMMENT ON COLUMN raw_data_file.problem IS 'why this file cannot be packaged, with what to do; null: nothing is wrong';
CREATE INDEX raw_data_file_to_package
    ON raw_data_file (executed_observation_unit_id, instrument_module_id, source_location_id, id)
    INCLUDE (size_bytes, filed_at)
    WHERE raw_data_package_id IS NULL AND problem IS NULL;
CREATE INDEX raw_data_file_of_package ON raw_data_file (raw_data_package_id, id) WHERE raw_data_package_id IS NOT NULL;
CREATE INDEX raw_data_file_with_problem ON raw_data_file (id) WHERE problem IS NOT NULL;
-- By digest: a path may be longer than an index entry. The cast reads no backslash, which paths do not have.
CREATE INDEX raw_data_file_by_path ON raw_data_file (sha256(path::bytea));

-- Files that were accepted from an instrument and could not be registered: the last word on each path of an observation.
CREATE TABLE filing_rejection (
    node        text NOT NULL,
    location    text NOT NULL,
    path        text COLLATE "C" NOT NULL CHECK (strpos(path, chr(92)) = 0),
    uuid        uuid,
    instrument  text NOT NULL,
    observation text NOT NULL,
    filed_by    text,
    reason      text NOT NULL,
    remedy      text NOT NULL,
    accepted_at timestamptz NOT NULL,
    rejected_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON COLUMN filing_rejection.path IS 'as raw_data_file.path; empty: the word that an observation is complete';
-- The instrument last: a path that is registered leaves the list whatever instrument was named before.
CREATE UNIQUE INDEX one_rejection_per_path ON filing_rejection (location, observation, sha256(path::bytea), instrument);
CREATE INDEX filing_rejection_of_request ON filing_rejection (accepted_at);

CREATE TABLE data_transfer_package (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    uuid          uuid NOT NULL UNIQUE DEFAULT gen_random_uuid(),
    name          text NOT NULL UNIQUE CHECK (name ~ '^[a-z0-9][a-z0-9.-]{0,120}$'),
    buffer_location_id bigint NOT NULL REFERENCES data_location,
    instrument_id      bigint NOT NULL REFERENCES instrument,
    primary_site_id    bigint REFERENCES site,
    status        work_status NOT NULL DEFAULT 'PENDING',
    priority      integer NOT NULL DEFAULT 100,
    package_count integer NOT NULL CHECK (package_count > 0),
    content_bytes bigint NOT NULL CHECK (content_bytes > 0),
    size_bytes    bigint CHECK (size_bytes > 0),
    xxh64         text CHECK (xxh64 ~ '^xxh64:[0-9a-f]{16}$'),
    created_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    assembled_at  timestamptz,
    CONSTRAINT a_finished_transfer_package_has_its_digest CHECK
        (status <> 'COMPLETED' OR (size_bytes IS NOT NULL AND xxh64 IS NOT NULL))
);
CREATE INDEX data_transfer_package_primary_site ON data_transfer_package (id DESC) INCLUDE (primary_site_id);
CREATE INDEX data_transfer_package_unfinished_at ON data_transfer_package (buffer_location_id)
    WHERE status IN ('PENDING', 'SCHEDULED', 'IN_PROGRESS');
CREATE INDEX data_transfer_package_unfinished_for ON data_transfer_package (primary_site_id)
    WHERE status IN ('PENDING', 'SCHEDULED', 'IN_PROGRESS');
ALTER TABLE raw_data_package ADD FOREIGN KEY (data_transfer_package_id) REFERENCES data_transfer_package;

CREATE TABLE data_transfer (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    data_transfer_package_id bigint REFERENCES data_transfer_package,
    raw_data_package_id      bigint REFERENCES raw_data_package,
    destination_site_id      bigint NOT NULL REFERENCES site,
    is_primary    boolean NOT NULL,
    priority      integer NOT NULL,
    instrument_id bigint NOT NULL REFERENCES instrument,
    origin_location_id       bigint REFERENCES data_location,
    destination_location_id  bigint REFERENCES data_location,
    transfer_route_id        bigint REFERENCES transfer_route,
    method        text CHECK (method ~ '^[a-z0-9-]{1,32}$'),
    pull          boolean NOT NULL DEFAULT false,
    status        work_status NOT NULL DEFAULT 'PENDING',
    waits_for     text,
    look_again_at timestamptz,
    incoming_name text CHECK (incoming_name ~ '^([A-Za-z0-9][A-Za-z0-9_-]*/[0-9]{4}/[0-9]{2}/)?[a-z0-9][a-z0-9.-]{0,200}$'),
    sent_at       timestamptz,
    send_count    integer NOT NULL DEFAULT 0 CHECK (send_count >= 0),
    created_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    completed_at  timestamptz,
    UNIQUE (data_transfer_package_id, destination_site_id),
    UNIQUE (raw_data_package_id, destination_site_id),
    CONSTRAINT a_transfer_is_of_one_package CHECK (num_nonnulls(data_transfer_package_id, raw_data_package_id) = 1),
    CONSTRAINT sent_bytes_have_a_name CHECK (sent_at IS NULL OR incoming_name IS NOT NULL)
);
COMMENT ON COLUMN data_transfer.priority IS 'of what it carries, as is the instrument; here for the order of the line it stands in';
COMMENT ON COLUMN data_transfer.waits_for IS 'what it waits for beside its turn on a link; null: nothing';
COMMENT ON COLUMN data_transfer.look_again_at IS
    'it could not go, and the manager looks at it again from then on; null: not looked at yet, or somebody else lets it go';
COMMENT ON COLUMN data_transfer.send_count IS 'how often its bytes went out whole, on all its hops';
COMMENT ON COLUMN data_transfer.raw_data_package_id IS 'goes by itself, straight into an archive of the destination';
COMMENT ON COLUMN data_transfer.incoming_name IS
    'name of the bytes under the destination''s incoming folder until they are verified; where it is no folder, the final one';
CREATE UNIQUE INDEX one_primary_per_transfer_package ON data_transfer (data_transfer_package_id) WHERE is_primary;
CREATE UNIQUE INDEX one_primary_per_package ON data_transfer (raw_data_package_id) WHERE is_primary;
CREATE INDEX data_transfer_to_send ON data_transfer (id) WHERE status = 'PENDING' AND sent_at IS NULL AND waits_for IS NULL;
-- One line for each instrument on each way, and for packages by themselves another: the first of each are found without
-- looking at those behind them.
CREATE INDEX data_transfer_in_line ON data_transfer
    (coalesce(origin_location_id, 0), destination_site_id, instrument_id, (raw_data_package_id IS NULL), priority, is_primary DESC, id)
    WHERE status = 'PENDING' AND sent_at IS NULL AND waits_for IS NULL AND look_again_at IS NULL;
CREATE INDEX data_transfer_to_look_at_again ON data_transfer (look_again_at, id)
    WHERE status = 'PENDING' AND sent_at IS NULL AND look_again_at IS NOT NULL;
CREATE INDEX data_transfer_to_reroute ON data_transfer (id)
    WHERE is_primary AND send_count = 0 AND sent_at IS NULL AND status IN ('PENDING', 'SCHEDULED');
CREATE INDEX data_transfer_to_unpack ON data_transfer (id) WHERE status = 'PENDING' AND sent_at IS NOT NULL;
CREATE INDEX data_transfer_sent ON data_transfer (sent_at) WHERE sent_at IS NOT NULL;
CREATE INDEX data_transfer_waiting ON data_transfer (data_transfer_package_id) WHERE waits_for IS NOT NULL;
CREATE INDEX data_transfer_primary_alone ON data_transfer (created_at DESC) WHERE is_primary AND raw_data_package_id IS NOT NULL;
CREATE INDEX data_transfer_unfinished_from ON data_transfer (origin_location_id)
    WHERE status IN ('PENDING', 'SCHEDULED', 'IN_PROGRESS');
CREATE INDEX data_transfer_unfinished_at ON data_transfer (destination_location_id)
    WHERE status IN ('PENDING', 'SCHEDULED', 'IN_PROGRESS');
CREATE INDEX data_transfer_unfinished_to ON data_transfer (destination_site_id)
    WHERE status IN ('PENDING', 'SCHEDULED', 'IN_PROGRESS');

CREATE FUNCTION take_place_in_line() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    SELECT coalesce(d.priority, p.priority), coalesce(d.instrument_id, u.instrument_id)
      INTO NEW.priority, NEW.instrument_id
      FROM (VALUES (NEW.data_transfer_package_id, NEW.raw_data_package_id)) AS w (transfer_package, package)
      LEFT JOIN data_transfer_package d ON d.id = w.transfer_package
      LEFT JOIN raw_data_package p ON p.id = w.package
      LEFT JOIN executed_observation_unit u ON u.id = p.executed_observation_unit_id;
    RETURN NEW;
END $$;
COMMENT ON FUNCTION take_place_in_line IS 'no statement that records transfers can get their priority and instrument wrong';
CREATE TRIGGER take_place_in_line BEFORE INSERT ON data_transfer FOR EACH ROW EXECUTE FUNCTION take_place_in_line();

-- What a data transfer carries, be it a transfer package or one package by itself.
CREATE VIEW cargo AS
    SELECT t.id AS data_transfer_id, coalesce(d.name, p.name) AS name, coalesce(d.size_bytes, p.size_bytes) AS size_bytes,
           coalesce(d.xxh64, p.xxh64) AS xxh64, p.sha256, coalesce(d.priority, p.priority) AS priority,
           coalesce(d.instrument_id, u.instrument_id) AS instrument_id,
           coalesce(d.buffer_location_id, p.buffer_location_id) AS buffer_location_id,
           coalesce(d.content_bytes, p.content_bytes) AS content_bytes
      FROM data_transfer t
      LEFT JOIN data_transfer_package d ON d.id = t.data_transfer_package_id
      LEFT JOIN raw_data_package p ON p.id = t.raw_data_package_id
      LEFT JOIN executed_observation_unit u ON u.id = p.executed_observation_unit_id;

-- Where a package belongs in every archive.
CREATE FUNCTION archive_folder(package bigint) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT i.name || '/' || to_char(p.created_at AT TIME ZONE 'UTC', 'YYYY/MM')
      FROM raw_data_package p
      JOIN executed_observation_unit u ON u.id = p.executed_observation_unit_id
      JOIN instrument i ON i.id = u.instrument_id
     WHERE p.id = package
$$;

-- What a transfer by way of a relay has behind it; its own row tells of the hop at hand.
CREATE TABLE data_transfer_hop (
    data_transfer_id        bigint NOT NULL REFERENCES data_transfer,
    hop                     integer NOT NULL CHECK (hop > 0),
    origin_location_id      bigint NOT NULL REFERENCES data_location,
    destination_location_id bigint NOT NULL REFERENCES data_location,
    method                  text,
    send_count              integer NOT NULL CHECK (send_count > 0),
    sent_at                 timestamptz NOT NULL,
    completed_at            timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (data_transfer_id, hop)
);
CREATE INDEX data_transfer_hop_sent ON data_transfer_hop (sent_at);

CREATE TABLE long_term_archive_transfer (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    raw_data_package_id bigint NOT NULL REFERENCES raw_data_package,
    data_location_id    bigint NOT NULL REFERENCES data_location,
    origin_location_id  bigint NOT NULL REFERENCES data_location,
    data_transfer_id    bigint UNIQUE REFERENCES data_transfer,
    status        work_status NOT NULL DEFAULT 'PENDING',
    created_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    proven_at     timestamptz,
    completed_at  timestamptz,
    UNIQUE (raw_data_package_id, data_location_id)
);
COMMENT ON COLUMN long_term_archive_transfer.data_transfer_id IS
    'brought the package straight into the archive, where it is to be proven; null: it comes from a buffer of the site';
COMMENT ON COLUMN long_term_archive_transfer.proven_at IS
    'on tape: when the package was read there and was right; its sidecar may be on its way for hours after that';
CREATE INDEX long_term_archive_transfer_unfinished_at ON long_term_archive_transfer (data_location_id)
    WHERE status IN ('PENDING', 'SCHEDULED', 'IN_PROGRESS');
CREATE INDEX long_term_archive_transfer_unfinished_from ON long_term_archive_transfer (origin_location_id)
    WHERE status IN ('PENDING', 'SCHEDULED', 'IN_PROGRESS');

CREATE TABLE staging_job (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    uuid          uuid NOT NULL UNIQUE DEFAULT gen_random_uuid(),
    raw_data_package_id bigint NOT NULL REFERENCES raw_data_package,
    data_location_id    bigint NOT NULL REFERENCES data_location,
    requested_by  text NOT NULL,
    reason        text,
    status        work_status NOT NULL DEFAULT 'PENDING',
    waits_for     text,
    created_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    staged_at     timestamptz,
    released_at   timestamptz
);
COMMENT ON COLUMN staging_job.waits_for IS 'why a pending job cannot begin yet; null: nothing is in its way';
COMMENT ON COLUMN staging_job.released_at IS 'the requester needs the staged copy no longer; until then it is pinned';
CREATE UNIQUE INDEX one_active_job_per_package_and_location ON staging_job (raw_data_package_id, data_location_id)
    WHERE released_at IS NULL AND status NOT IN ('FAILED', 'CANCELLED');
CREATE INDEX staging_job_of_package ON staging_job (raw_data_package_id, data_location_id);
CREATE INDEX staging_job_pending ON staging_job (id) WHERE status = 'PENDING';
CREATE INDEX staging_job_unfinished ON staging_job (data_location_id)
    WHERE status IN ('PENDING', 'SCHEDULED', 'IN_PROGRESS');

CREATE TABLE physical_copy (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    raw_data_file_id         bigint REFERENCES raw_data_file,
    raw_data_package_id      bigint REFERENCES raw_data_package,
    data_transfer_package_id bigint REFERENCES data_transfer_package,
    data_location_id bigint NOT NULL REFERENCES data_location,
    path          text COLLATE "C" NOT NULL CHECK (path <> '' AND strpos(path, chr(92)) = 0),
    state         copy_state NOT NULL DEFAULT 'PRESENT',
    size_bytes    bigint NOT NULL CHECK (size_bytes >= 0),
    checksum      text NOT NULL CHECK (checksum ~ '^(xxh64:[0-9a-f]{16}|sha256:[0-9a-f]{64})$'),
    modified_at   timestamptz,
    modified_nanos integer CHECK (modified_nanos BETWEEN 0 AND 999999999),
    file_key      text,
    created_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    verified_at   timestamptz,
    deleted_at    timestamptz,
    CONSTRAINT a_copy_is_of_one_thing CHECK (num_nonnulls(raw_data_file_id, raw_data_package_id, data_transfer_package_id) = 1)
);
COMMENT ON COLUMN physical_copy.path IS 'below the location''s root (DISK, percent-encoded) or prefix (S3, key)';
CREATE UNIQUE INDEX one_live_copy_per_path ON physical_copy (data_location_id, sha256(path::bytea)) WHERE state <> 'DELETED';
CREATE UNIQUE INDEX one_live_copy_of_a_file ON physical_copy (raw_data_file_id, data_location_id)
    WHERE raw_data_file_id IS NOT NULL AND state <> 'DELETED';
CREATE UNIQUE INDEX one_live_copy_of_a_package ON physical_copy (raw_data_package_id, data_location_id)
    WHERE raw_data_package_id IS NOT NULL AND state <> 'DELETED';
CREATE UNIQUE INDEX one_live_copy_of_a_transfer_package ON physical_copy (data_transfer_package_id, data_location_id)
    WHERE data_transfer_package_id IS NOT NULL AND state <> 'DELETED';
CREATE INDEX physical_copy_of_file ON physical_copy (raw_data_file_id) WHERE raw_data_file_id IS NOT NULL;
CREATE INDEX physical_copy_of_package ON physical_copy (raw_data_package_id) WHERE raw_data_package_id IS NOT NULL;
CREATE INDEX physical_copy_of_transfer_package ON physical_copy (data_transfer_package_id) WHERE data_transfer_package_id IS NOT NULL;
CREATE INDEX physical_copy_deletion_possible ON physical_copy (data_location_id, created_at) WHERE state = 'DELETION_POSSIBLE';
CREATE INDEX physical_copy_of_packages_present ON physical_copy (data_location_id, created_at)
    WHERE raw_data_file_id IS NULL AND state IN ('PRESENT', 'STAGED');
CREATE INDEX physical_copy_in_deletion ON physical_copy (data_location_id)
    WHERE state IN ('DELETION_SCHEDULED', 'DELETION_IN_PROGRESS', 'DELETION_FAILED');

CREATE INDEX physical_copy_to_verify ON physical_copy (data_location_id, coalesce(verified_at, '-infinity'::timestamptz))
    WHERE raw_data_package_id IS NOT NULL AND state = 'PRESENT';
CREATE INDEX physical_copy_suspect ON physical_copy (data_location_id) WHERE state = 'SUSPECT';
CREATE INDEX physical_copy_bad_transfer_package ON physical_copy (data_transfer_package_id)
    WHERE data_transfer_package_id IS NOT NULL AND state IN ('SUSPECT', 'CORRUPT', 'MISSING');

CREATE TYPE read_mode AS ENUM ('DIRECT', 'CACHED', 'REMOTE');

CREATE TABLE verification (
    id               bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    physical_copy_id bigint NOT NULL REFERENCES physical_copy,
    operation_id     bigint,
    verified_at      timestamptz NOT NULL DEFAULT clock_timestamp(),
    read_mode        read_mode NOT NULL,
    expected         text NOT NULL,
    found            text NOT NULL,
    good             boolean GENERATED ALWAYS AS (expected = found) STORED,
    node             text NOT NULL
);
COMMENT ON COLUMN verification.read_mode IS 'DIRECT past the page cache, CACHED through it, REMOTE answered by the other machine';
CREATE INDEX verification_newest ON verification (physical_copy_id, verified_at DESC);

-- What lies in the recall folder of a TAPE location, under the copy's path, for staging to read.
CREATE TABLE tape_recall (
    physical_copy_id bigint PRIMARY KEY REFERENCES physical_copy,
    recalled_at      timestamptz NOT NULL DEFAULT clock_timestamp(),
    spoiled          boolean NOT NULL DEFAULT false
);
COMMENT ON COLUMN tape_recall.spoiled IS 'what came back was read as something else since: it is removed, whoever waits for it';

-- How often in a row the library of a TAPE location has said that it does not have a copy; one that restarts may say so.
CREATE TABLE tape_absence (
    physical_copy_id bigint PRIMARY KEY REFERENCES physical_copy,
    answers          integer NOT NULL DEFAULT 1 CHECK (answers > 0),
    last_at          timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE TABLE hold (
    id               bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    physical_copy_id bigint REFERENCES physical_copy,
    raw_data_package_id bigint REFERENCES raw_data_package,
    executed_observation_unit_id bigint REFERENCES executed_observation_unit,
    placed_by        text NOT NULL,
    reason           text NOT NULL CHECK (reason <> ''),
    placed_at        timestamptz NOT NULL DEFAULT clock_timestamp(),
    released_at      timestamptz,
    released_by      text,
    CHECK (num_nonnulls(physical_copy_id, raw_data_package_id, executed_observation_unit_id) = 1)
);
CREATE INDEX hold_on_copy ON hold (physical_copy_id) WHERE released_at IS NULL;
CREATE INDEX hold_on_package ON hold (raw_data_package_id) WHERE released_at IS NULL;
CREATE INDEX hold_on_observation ON hold (executed_observation_unit_id) WHERE released_at IS NULL;
