-- People and what they are told: tokens, audit, notifications; the links between sites.

CREATE TABLE token (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name       text NOT NULL UNIQUE,
    role       text NOT NULL CHECK (role IN ('INSTRUMENT', 'SCIENTIST', 'OPERATOR', 'ADMIN')),
    hash       text NOT NULL UNIQUE,
    instrument text REFERENCES instrument (name) ON UPDATE CASCADE,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    expires_at timestamptz,
    revoked_at timestamptz
);
COMMENT ON COLUMN token.hash IS 'of the token; the token itself is shown once and never stored';
COMMENT ON COLUMN token.instrument IS 'it files and finishes under the name of this one only, whatever the folder; null: of any';

CREATE TABLE audit (
    id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at      timestamptz NOT NULL DEFAULT clock_timestamp(),
    who     text NOT NULL,
    action  text NOT NULL,
    subject text NOT NULL,
    reason  text,
    details jsonb NOT NULL DEFAULT '{}'
);
CREATE INDEX audit_at ON audit (at);

CREATE TYPE notification_level AS ENUM ('ERROR', 'WARNING', 'INFO');

CREATE TABLE notification (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    level         notification_level NOT NULL,
    cause         text NOT NULL,
    message       text NOT NULL,
    next_step     text NOT NULL,
    operation_id  bigint,
    data_location_id bigint REFERENCES data_location,
    first_at      timestamptz NOT NULL DEFAULT clock_timestamp(),
    last_at       timestamptz NOT NULL DEFAULT clock_timestamp(),
    occurrences   bigint NOT NULL DEFAULT 1,
    sent_at       timestamptz
);
COMMENT ON COLUMN notification.cause IS 'one key per root cause: what repeats is counted, not repeated';
CREATE UNIQUE INDEX one_unsent_notification_per_cause ON notification (cause) WHERE sent_at IS NULL;

-- What is known of the way from one site to another beside its transfer routes: a pause outlives them, and so does health.
-- No row: nothing was ever amiss.
CREATE TABLE link (
    origin_site_id       bigint NOT NULL REFERENCES site,
    destination_site_id  bigint NOT NULL REFERENCES site,
    paused_by            text,
    paused_since         timestamptz,
    pause_reason         text CHECK (pause_reason <> ''),
    consecutive_failures integer NOT NULL DEFAULT 0 CHECK (consecutive_failures >= 0),
    failure              text,
    unhealthy_since      timestamptz,
    probes               integer NOT NULL DEFAULT 0 CHECK (probes >= 0),
    probe_at             timestamptz,
    PRIMARY KEY (origin_site_id, destination_site_id),
    CONSTRAINT a_pause_says_who_when_and_why CHECK (num_nonnulls(paused_by, paused_since, pause_reason) IN (0, 3)),
    CONSTRAINT an_unhealthy_link_is_probed CHECK ((unhealthy_since IS NULL) = (probe_at IS NULL))
);

-- Whose data went last on a link: instruments take turns.
CREATE TABLE link_turn (
    origin_site_id      bigint NOT NULL REFERENCES site,
    destination_site_id bigint NOT NULL REFERENCES site,
    instrument_id       bigint NOT NULL REFERENCES instrument,
    turn                bigint NOT NULL,
    PRIMARY KEY (origin_site_id, destination_site_id, instrument_id)
);

-- When something last got from one location to another. Failures of either that began before it close nothing.
CREATE TABLE ends_reached (
    origin_location_id      bigint NOT NULL REFERENCES data_location ON DELETE CASCADE,
    destination_location_id bigint NOT NULL REFERENCES data_location ON DELETE CASCADE,
    last_at                 timestamptz NOT NULL,
    PRIMARY KEY (origin_location_id, destination_location_id)
) WITH (fillfactor = 70);
