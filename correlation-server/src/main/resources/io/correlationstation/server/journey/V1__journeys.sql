-- One script for SQLite and PostgreSQL: ${bytes} is the type that holds bytes.
-- Times are nanoseconds since the epoch.

CREATE TABLE reader_position (
  reader   TEXT PRIMARY KEY,
  sequence BIGINT NOT NULL
);

CREATE TABLE fragments (
  trace_id       TEXT PRIMARY KEY,
  own_journey_id TEXT    NOT NULL,
  journey_id     TEXT    NOT NULL,
  start_nanos    BIGINT  NOT NULL,
  end_nanos      BIGINT  NOT NULL,
  received_nanos BIGINT  NOT NULL,
  span_start     BIGINT,
  span_end       BIGINT,
  log_start      BIGINT,
  log_end        BIGINT,
  span_count     INTEGER NOT NULL,
  error_count    INTEGER NOT NULL,
  root_span_id   TEXT,
  root_parent_id TEXT,
  root_name      TEXT,
  root_service   TEXT,
  root_kind      INTEGER,
  root_start     BIGINT,
  root_failed    INTEGER,
  work_failed    INTEGER NOT NULL,
  defect_code    TEXT,
  defect_nanos   BIGINT
);
CREATE INDEX fragments_start    ON fragments (start_nanos, trace_id);
CREATE INDEX fragments_received ON fragments (received_nanos);
CREATE INDEX fragments_journey  ON fragments (journey_id);
CREATE INDEX fragments_own      ON fragments (own_journey_id);
CREATE INDEX fragments_root     ON fragments (root_service, root_name, start_nanos);

-- Ids of the spans counted so far, eight bytes each: a span that comes twice counts once.
CREATE TABLE fragment_spans (
  trace_id TEXT PRIMARY KEY,
  span_ids ${bytes} NOT NULL
);

CREATE TABLE fragment_services (
  trace_id TEXT NOT NULL,
  service  TEXT NOT NULL,
  PRIMARY KEY (trace_id, service)
);
CREATE INDEX fragment_services_service ON fragment_services (service, trace_id);

CREATE TABLE fragment_keys (
  trace_id    TEXT   NOT NULL,
  key_name    TEXT   NOT NULL,
  key_value   TEXT   NOT NULL,
  first_nanos BIGINT NOT NULL,
  PRIMARY KEY (trace_id, key_name, key_value)
);
CREATE INDEX fragment_keys_value ON fragment_keys (key_name, key_value, trace_id);

-- Where the journal holds the spans of a trace.
CREATE TABLE trace_frames (
  trace_id TEXT   NOT NULL,
  sequence BIGINT NOT NULL,
  PRIMARY KEY (trace_id, sequence)
);

CREATE TABLE handoffs (
  id              TEXT PRIMARY KEY,
  parent_trace_id TEXT   NOT NULL,
  child_trace_id  TEXT   NOT NULL,
  child_nanos     BIGINT NOT NULL,
  circuit_id      TEXT,
  confidence      DOUBLE PRECISION NOT NULL,
  state           TEXT   NOT NULL,
  superseded_by   TEXT,
  sequence        BIGINT NOT NULL,
  document        TEXT   NOT NULL
);
CREATE INDEX handoffs_parent  ON handoffs (parent_trace_id);
CREATE INDEX handoffs_child   ON handoffs (child_trace_id);
CREATE INDEX handoffs_circuit ON handoffs (circuit_id);
CREATE INDEX handoffs_time    ON handoffs (child_nanos, id);

CREATE TABLE logs (
  id              TEXT PRIMARY KEY,
  trace_id        TEXT,
  span_id         TEXT,
  time_nanos      BIGINT  NOT NULL,
  severity_number INTEGER NOT NULL,
  severity_text   TEXT    NOT NULL,
  service         TEXT    NOT NULL,
  body            TEXT    NOT NULL,
  event_name      TEXT    NOT NULL,
  is_event        INTEGER NOT NULL,
  attributes      TEXT    NOT NULL,
  received_nanos  BIGINT  NOT NULL
);
CREATE INDEX logs_trace    ON logs (trace_id, time_nanos);
CREATE INDEX logs_received ON logs (received_nanos);

-- Keys of the records that have no trace id.
CREATE TABLE log_keys (
  log_id     TEXT   NOT NULL,
  key_name   TEXT   NOT NULL,
  key_value  TEXT   NOT NULL,
  time_nanos BIGINT NOT NULL,
  PRIMARY KEY (log_id, key_name, key_value)
);
CREATE INDEX log_keys_value ON log_keys (key_name, key_value, time_nanos);

-- Two ids seen in one record; the pair is ordered by key name, then value.
CREATE TABLE aliases (
  key_a       TEXT   NOT NULL,
  value_a     TEXT   NOT NULL,
  key_b       TEXT   NOT NULL,
  value_b     TEXT   NOT NULL,
  first_nanos BIGINT NOT NULL,
  last_nanos  BIGINT NOT NULL,
  PRIMARY KEY (key_a, value_a, key_b, value_b)
);
CREATE INDEX aliases_a ON aliases (value_a, last_nanos);
CREATE INDEX aliases_b ON aliases (value_b, last_nanos);

CREATE TABLE journeys (
  id             TEXT PRIMARY KEY,
  start_nanos    BIGINT  NOT NULL,
  end_nanos      BIGINT  NOT NULL,
  received_nanos BIGINT  NOT NULL,
  failed         INTEGER NOT NULL,
  rootless       INTEGER NOT NULL,
  defect_code    TEXT,
  fragment_count INTEGER NOT NULL
);
CREATE INDEX journeys_received ON journeys (received_nanos);
CREATE INDEX journeys_start    ON journeys (start_nanos, id);

CREATE TABLE journey_circuits (
  circuit_id  TEXT   NOT NULL,
  start_nanos BIGINT NOT NULL,
  journey_id  TEXT   NOT NULL,
  PRIMARY KEY (circuit_id, start_nanos, journey_id)
);
CREATE INDEX journey_circuits_journey ON journey_circuits (journey_id);
