-- What nobody may write, whoever it is: two places that share their bytes, other names for what queues are named after, and
-- work for a place that was switched off.

-- Waits for whoever else changes the topology: by then both see what the other has written. The changes are counted in a
-- row that each of them holds until its end.
CREATE FUNCTION keep_places_apart() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    clash text;
BEGIN
    PERFORM FROM topology_version FOR UPDATE;
    WITH place AS (
        SELECT l.id, s.short_name || '/' || l.name AS location,
               CASE WHEN l.storage_type = 'S3' THEN 'bucket ' || l.bucket || ' at ' || lower(coalesce(l.endpoint, ''))
                    WHEN lower(coalesce(l.host, '')) IN ('', 'localhost', '127.0.0.1', '::1') THEN 'disk'
                    ELSE 'disk of ' || lower(l.host) END AS realm,
               CASE WHEN l.storage_type = 'S3' THEN '/' || coalesce(l.prefix, '')
                    ELSE rtrim(coalesce(CASE WHEN l.storage_type = 'TAPE' THEN l.recall_root END, l.root), '/') || '/' END AS path
          FROM data_location l JOIN site s ON s.id = l.site_id
         WHERE l.active)
    SELECT format('locations %s (%s) and %s (%s) lie on one path or inside each other; give each a folder of its own',
                  a.location, a.path, b.location, b.path)
      INTO clash
      FROM changed c
      JOIN place a ON a.id = c.id
      JOIN place b ON b.id <> a.id AND b.realm = a.realm AND (starts_with(a.path, b.path) OR starts_with(b.path, a.path))
     LIMIT 1;
    IF clash IS NOT NULL THEN
        RAISE EXCEPTION '%', clash USING ERRCODE = 'exclusion_violation';
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER keep_new_places_apart AFTER INSERT ON data_location
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION keep_places_apart();
CREATE TRIGGER keep_places_apart AFTER UPDATE ON data_location
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION keep_places_apart();

CREATE FUNCTION keep_name() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'queues are named after it, and work waits in them: % keeps its name; add another one and let this one drain',
        TG_ARGV[0] USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER keep_name BEFORE UPDATE OF short_name ON site
    FOR EACH ROW WHEN (OLD.short_name <> NEW.short_name) EXECUTE FUNCTION keep_name('a site');
CREATE TRIGGER keep_name BEFORE UPDATE OF name, site_id ON data_location
    FOR EACH ROW WHEN ((OLD.name, OLD.site_id) <> (NEW.name, NEW.site_id)) EXECUTE FUNCTION keep_name('a data location');

-- Whoever switches a place off locks its row, looks whether anything is there, and writes. Whoever puts something there
-- has had to wait for that lock, because of the foreign key; these look after it whether the place is still in service.
CREATE FUNCTION refuse_places_out_of_service(places bigint[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    gone text;
BEGIN
    SELECT string_agg(s.short_name || '/' || l.name, ', ' ORDER BY s.short_name, l.name) INTO gone
      FROM data_location l JOIN site s ON s.id = l.site_id
     WHERE l.id = ANY (places) AND NOT (l.active AND s.active);
    IF gone IS NOT NULL THEN
        RAISE EXCEPTION 'switched off meanwhile: %; nothing new is put there', gone USING ERRCODE = 'restrict_violation';
    END IF;
END
$$;

-- Whoever is putting something there holds a share of the row until the end of its transaction. This waits for them, so that
-- what is there can be seen once the place is switched off, and nothing comes after that; they do not wait behind it.
CREATE FUNCTION let_newcomers_finish() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_TABLE_NAME = 'site' THEN
        PERFORM FROM data_location WHERE site_id = OLD.id ORDER BY id FOR UPDATE;
        PERFORM FROM site WHERE id = OLD.id FOR UPDATE;
    ELSE
        PERFORM FROM data_location WHERE id = OLD.id FOR UPDATE;
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER let_newcomers_finish BEFORE UPDATE OF active ON data_location
    FOR EACH ROW WHEN (OLD.active AND NOT NEW.active) EXECUTE FUNCTION let_newcomers_finish();
CREATE TRIGGER let_newcomers_finish BEFORE UPDATE OF active ON site
    FOR EACH ROW WHEN (OLD.active AND NOT NEW.active) EXECUTE FUNCTION let_newcomers_finish();

-- Where the bytes of copies are looked for. At another path they look as if they were gone, and what is gone counts as deleted.
CREATE FUNCTION keep_bytes_in_place() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM data_location WHERE id = OLD.id FOR UPDATE;
    IF current_setting('chasqui.bytes_moved', true) IS DISTINCT FROM 'yes'
       AND EXISTS (SELECT FROM physical_copy WHERE data_location_id = OLD.id AND state <> 'DELETED') THEN
        RAISE EXCEPTION 'copies lie at %; type, storage, root, bucket and prefix stay as they are while they do',
            (SELECT s.short_name || '/' || OLD.name FROM site s WHERE s.id = OLD.site_id)
            USING ERRCODE = 'restrict_violation',
                  HINT = 'Let it drain. Have the bytes been moved there by hand, with all nodes stopped: SET LOCAL chasqui.bytes_moved = ''yes'' first, in the same transaction.';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER keep_bytes_in_place BEFORE UPDATE OF location_type, storage_type, root, bucket, prefix ON data_location
    FOR EACH ROW WHEN ((OLD.location_type, OLD.storage_type, OLD.root, OLD.bucket, OLD.prefix)
        IS DISTINCT FROM (NEW.location_type, NEW.storage_type, NEW.root, NEW.bucket, NEW.prefix))
    EXECUTE FUNCTION keep_bytes_in_place();

CREATE FUNCTION require_location_in_service() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM refuse_places_out_of_service(ARRAY(SELECT DISTINCT data_location_id FROM born));
    RETURN NULL;
END
$$;
CREATE TRIGGER require_location_in_service AFTER INSERT ON operation
    REFERENCING NEW TABLE AS born FOR EACH STATEMENT EXECUTE FUNCTION require_location_in_service();
CREATE TRIGGER require_location_in_service AFTER INSERT ON long_term_archive_transfer
    REFERENCING NEW TABLE AS born FOR EACH STATEMENT EXECUTE FUNCTION require_location_in_service();
CREATE TRIGGER require_location_in_service AFTER INSERT ON staging_job
    REFERENCING NEW TABLE AS born FOR EACH STATEMENT EXECUTE FUNCTION require_location_in_service();
CREATE TRIGGER require_location_in_service AFTER INSERT ON deletion_batch
    REFERENCING NEW TABLE AS born FOR EACH STATEMENT EXECUTE FUNCTION require_location_in_service();

-- Other copies come of work that was recorded before, which keeps its place in service.
CREATE FUNCTION require_source_in_service() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM refuse_places_out_of_service(
        ARRAY(SELECT DISTINCT data_location_id FROM born WHERE raw_data_file_id IS NOT NULL));
    RETURN NULL;
END
$$;
CREATE TRIGGER require_source_in_service AFTER INSERT ON physical_copy
    REFERENCING NEW TABLE AS born FOR EACH STATEMENT EXECUTE FUNCTION require_source_in_service();

CREATE FUNCTION require_buffer_in_service() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM refuse_places_out_of_service(ARRAY[NEW.buffer_location_id]);
    RETURN NULL;
END
$$;
CREATE TRIGGER require_buffer_in_service AFTER INSERT OR UPDATE OF buffer_location_id ON raw_data_package
    FOR EACH ROW EXECUTE FUNCTION require_buffer_in_service();
CREATE TRIGGER require_buffer_in_service AFTER INSERT OR UPDATE OF buffer_location_id ON data_transfer_package
    FOR EACH ROW EXECUTE FUNCTION require_buffer_in_service();

CREATE FUNCTION require_destination_in_service() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM refuse_places_out_of_service(ARRAY[NEW.destination_location_id]);
    IF TG_OP = 'INSERT' AND NOT (SELECT active FROM site WHERE id = NEW.destination_site_id) THEN
        RAISE EXCEPTION 'switched off meanwhile: %; nothing is sent there any more',
            (SELECT short_name FROM site WHERE id = NEW.destination_site_id) USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER require_destination_in_service AFTER INSERT OR UPDATE OF destination_location_id ON data_transfer
    FOR EACH ROW EXECUTE FUNCTION require_destination_in_service();
