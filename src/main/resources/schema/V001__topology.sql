-- Sites, data locations, transfer routes, instruments: the topology is data.

-- One row: which database this is, also after a failover or a restore, and that another is another.
CREATE TABLE installation (
    id      uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    made_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE UNIQUE INDEX only_one_installation ON installation ((true));
INSERT INTO installation DEFAULT VALUES;
COMMENT ON TABLE installation IS 'results that a node keeps in its journal name it, and are recorded here only';

CREATE TYPE location_type AS ENUM ('SOURCE', 'BUFFER', 'LONG_TERM_ARCHIVE', 'PROCESSING');
CREATE TYPE storage_type  AS ENUM ('DISK', 'S3', 'TAPE');
CREATE TYPE route_type    AS ENUM ('DIRECT', 'RELAY', 'CUSTOM');

CREATE TABLE site (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    short_name  text NOT NULL UNIQUE CHECK (short_name ~ '^[a-z0-9]{1,32}$'),
    name        text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    latitude    double precision CHECK (latitude BETWEEN -90 AND 90),
    longitude   double precision CHECK (longitude BETWEEN -180 AND 180),
    country     text,
    lta_weight  integer NOT NULL DEFAULT 1 CHECK (lta_weight BETWEEN 0 AND 1000),
    active      boolean NOT NULL DEFAULT true,
    draining_since  timestamptz,
    draining_by     text,
    draining_reason text,
    CONSTRAINT only_a_draining_site_says_why CHECK (draining_since IS NOT NULL OR num_nonnulls(draining_by, draining_reason) = 0)
);
COMMENT ON COLUMN site.draining_since IS
    'nothing is sent or staged here any more beside what was decided before; null: in full service';
COMMENT ON COLUMN site.lta_weight IS 'share of the primary transfers this site receives as a long-term archive site; 0: never primary';

-- Words of a program's call: at least the program, one list, none missing.
CREATE FUNCTION can_be_called(words text[]) RETURNS boolean IMMUTABLE LANGUAGE sql
    AS 'SELECT words IS NULL OR (cardinality(words) > 0 AND array_ndims(words) = 1 AND array_position(words, NULL) IS NULL)';

CREATE TABLE data_location (
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    site_id        bigint NOT NULL REFERENCES site,
    name           text NOT NULL CHECK (name ~ '^[a-z0-9_]{1,64}$'),
    location_type  location_type NOT NULL,
    storage_type   storage_type NOT NULL,
    priority       integer NOT NULL DEFAULT 100,
    active         boolean NOT NULL DEFAULT true,
    draining_since  timestamptz,
    draining_by     text,
    draining_reason text,
    capacity_bytes bigint CHECK (capacity_bytes > 0),
    -- DISK
    -- Programs are given these two: nothing in them is taken for an option.
    host           text CHECK (host ~ '^[A-Za-z0-9][A-Za-z0-9.:-]{0,252}$'),
    host_user      text CHECK (host_user ~ '^[A-Za-z_][A-Za-z0-9_.-]{0,31}$'),
    root           text,
    accept_cached_verification boolean NOT NULL DEFAULT false,
    -- S3
    endpoint       text,
    region         text,
    bucket         text,
    prefix         text,
    credential     text,
    -- TAPE
    archive_command text[],
    recall_command  text[],
    query_command   text[],
    checksum_command text[],
    recall_root     text,
    UNIQUE (site_id, name),
    UNIQUE (site_id, id),
    CONSTRAINT only_archives_are_not_on_disk CHECK (location_type = 'LONG_TERM_ARCHIVE' OR storage_type = 'DISK'),
    CONSTRAINT only_a_draining_location_says_why CHECK (draining_since IS NOT NULL OR num_nonnulls(draining_by, draining_reason) = 0),
    -- What an instrument has written lies there already: refusing to know of it would lose it.
    CONSTRAINT a_source_does_not_drain CHECK (location_type <> 'SOURCE' OR draining_since IS NULL),
    CONSTRAINT disk_has_a_root CHECK (storage_type <> 'DISK' OR (root IS NOT NULL AND root LIKE '/%')),
    CONSTRAINT s3_has_a_bucket CHECK (storage_type <> 'S3' OR (bucket IS NOT NULL AND credential IS NOT NULL)),
    CONSTRAINT tape_has_its_commands CHECK
        (storage_type <> 'TAPE' OR (archive_command IS NOT NULL AND recall_command IS NOT NULL AND query_command IS NOT NULL
                                    AND recall_root IS NOT NULL AND recall_root LIKE '/%')),
    CONSTRAINT commands_can_be_called CHECK (can_be_called(archive_command) AND can_be_called(recall_command)
        AND can_be_called(query_command) AND can_be_called(checksum_command))
);
COMMENT ON COLUMN data_location.draining_since IS
    'it takes nothing new, the next one of its site does; what is there leaves as usual; null: in full service';
COMMENT ON COLUMN data_location.credential IS 'name of the credential to look up, never the secret';
COMMENT ON COLUMN data_location.accept_cached_verification IS
    'the file system cannot be read past the page cache; a cached verification counts as evidence here';

CREATE UNIQUE INDEX one_location_per_path ON data_location (coalesce(host, ''), root) WHERE storage_type = 'DISK' AND active;

-- Archives that take every package of their site's buffers: those that do not drain; where all of them drain, all.
CREATE VIEW archive_in_charge AS
    SELECT l.id, l.site_id
      FROM data_location l JOIN site s ON s.id = l.site_id
     WHERE l.location_type = 'LONG_TERM_ARCHIVE' AND l.active AND s.active
       AND (l.draining_since IS NULL
            OR NOT EXISTS (SELECT FROM data_location o
                            WHERE o.site_id = l.site_id AND o.location_type = 'LONG_TERM_ARCHIVE'
                              AND o.active AND o.draining_since IS NULL));

CREATE TABLE transfer_route (
    id                      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    origin_site_id          bigint NOT NULL REFERENCES site,
    destination_site_id     bigint NOT NULL REFERENCES site,
    route_type              route_type NOT NULL DEFAULT 'CUSTOM',
    method                  text CHECK (method ~ '^[a-z0-9-]{1,32}$'),
    relay_site_id           bigint REFERENCES site,
    origin_location_id      bigint,
    destination_location_id bigint,
    pull                    boolean NOT NULL DEFAULT false,
    forbidden               boolean NOT NULL DEFAULT false,
    rate_limit_bytes_per_second bigint CHECK (rate_limit_bytes_per_second > 0),
    concurrency             integer CHECK (concurrency BETWEEN 1 AND 100),
    time_windows            text[],
    options                 jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(options) = 'object'),
    CONSTRAINT options_are_texts CHECK (NOT jsonb_path_exists(options, 'strict $.* ? (@.type() == "object" || @.type() == "array")')),
    -- A window has 11 characters: two of them in one element read like two elements, but for the length.
    CONSTRAINT windows_are_times_of_day CHECK (array_to_string(time_windows, ' ', '?')
            ~ '^(([01][0-9]|2[0-3]):[0-5][0-9]-([01][0-9]|2[0-3]):[0-5][0-9]( |$))*$'
        AND length(array_to_string(time_windows, ' ', '?')) = greatest(12 * cardinality(time_windows) - 1, 0)
        AND coalesce(array_ndims(time_windows), 1) = 1),
    CONSTRAINT an_origin_is_at_its_site FOREIGN KEY (origin_site_id, origin_location_id) REFERENCES data_location (site_id, id),
    CONSTRAINT a_destination_is_at_its_site FOREIGN KEY (destination_site_id, destination_location_id)
        REFERENCES data_location (site_id, id),
    CONSTRAINT a_relay_is_between_the_ends CHECK (relay_site_id NOT IN (origin_site_id, destination_site_id)),
    priority                integer NOT NULL DEFAULT 100,
    active                  boolean NOT NULL DEFAULT true,
    CHECK (origin_site_id <> destination_site_id),
    CHECK ((route_type = 'RELAY') = (relay_site_id IS NOT NULL))
);
CREATE UNIQUE INDEX one_active_route_per_pair_and_priority
    ON transfer_route (origin_site_id, destination_site_id, priority) WHERE active;

CREATE TABLE instrument (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    site_id  bigint NOT NULL REFERENCES site,
    name     text NOT NULL UNIQUE CHECK (name ~ '^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$'),
    observatory text,
    telescope text,
    active   boolean NOT NULL DEFAULT true
);

CREATE TABLE instrument_module (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    instrument_id bigint NOT NULL REFERENCES instrument,
    name          text NOT NULL CHECK (name ~ '^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$'),
    active        boolean NOT NULL DEFAULT true,
    UNIQUE (instrument_id, name)
);

-- Counts the changes of the topology: whoever has read it at one number need not read it again.
CREATE TABLE topology_version (
    one     boolean PRIMARY KEY DEFAULT true CHECK (one),
    version bigint NOT NULL
);
INSERT INTO topology_version (version) VALUES (1);

CREATE FUNCTION count_topology_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE topology_version SET version = version + 1;
    RETURN NULL;
END
$$;
CREATE TRIGGER count_change AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON site
    FOR EACH STATEMENT EXECUTE FUNCTION count_topology_change();
CREATE TRIGGER count_change AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON data_location
    FOR EACH STATEMENT EXECUTE FUNCTION count_topology_change();
CREATE TRIGGER count_change AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON transfer_route
    FOR EACH STATEMENT EXECUTE FUNCTION count_topology_change();
