-- People and what they are told: tokens, audit, notifications; breakers.

CREATE TABLE token (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name       text NOT NULL UNIQUE,
    role       text NOT NULL CHECK (role IN ('INSTRUMENT', 'SCIENTIST', 'OPERATOR', 'ADMIN')),
    hash       text NOT NULL UNIQUE,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    expires_at timestamptz,
    revoked_at timestamptz
);
COMMENT ON COLUMN token.hash IS 'of the token; the token itself is shown once and never stored';

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

CREATE TYPE breaker_state AS ENUM ('CLOSED', 'OPEN', 'HALF_OPEN');

CREATE TABLE breaker (
    id                   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    data_location_id     bigint REFERENCES data_location,
    transfer_route_id    bigint REFERENCES transfer_route,
    state                breaker_state NOT NULL DEFAULT 'CLOSED',
    consecutive_failures integer NOT NULL DEFAULT 0,
    reason               text,
    changed_at           timestamptz NOT NULL DEFAULT clock_timestamp(),
    probe_at             timestamptz,
    CHECK (num_nonnulls(data_location_id, transfer_route_id) = 1),
    UNIQUE (data_location_id),
    UNIQUE (transfer_route_id)
);
