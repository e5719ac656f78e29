-- One script for SQLite and PostgreSQL: ${bytes} is the type that holds bytes, ${number} a number that rows are kept in the order of, and
-- ${by_key} makes a table one tree, ordered by its primary key. Times are nanoseconds since the epoch.
--
-- What a busy server writes is made to lie side by side: fragments and journeys are numbered as they appear and refer to each other by number,
-- and only what must be found by an id of the outside is in an index that is written to at random. See RATIONALE.md.

CREATE TABLE reader_position (
  reader   TEXT PRIMARY KEY,
  sequence BIGINT NOT NULL
);

-- journey is the number of the fragment that the journey hangs on, which is the journey's number as well. defect_consequence says that defect_code
-- only tells that something else failed. services and key_values are JSON. span_ids and frames are packed numbers of eight bytes, ascending: the spans
-- counted so far, so that one that comes twice counts once, and where the journal holds them.
CREATE TABLE fragments (
  id             ${number} PRIMARY KEY,
  trace_id       TEXT    NOT NULL UNIQUE,
  journey        BIGINT  NOT NULL,
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
  defect_nanos   BIGINT,
  defect_consequence INTEGER NOT NULL,
  services       TEXT    NOT NULL,
  key_values     TEXT    NOT NULL,
  frames         ${bytes} NOT NULL,
  span_ids       ${bytes} NOT NULL
);
CREATE INDEX fragments_start   ON fragments (start_nanos, trace_id);
CREATE INDEX fragments_journey ON fragments (journey);
CREATE INDEX fragments_root    ON fragments (root_service, root_name, start_nanos);

CREATE TABLE fragment_keys (
  key_name  TEXT   NOT NULL,
  key_value TEXT   NOT NULL,
  fragment  BIGINT NOT NULL,
  PRIMARY KEY (key_name, key_value, fragment)
) ${by_key};

-- Which traces a frame of the journal holds that are not in fragments: eight bytes each.
CREATE TABLE frame_traces (
  sequence ${number} PRIMARY KEY,
  traces   ${bytes} NOT NULL
);

-- trace_id is that of the fragment the journey hangs on; circuits is a JSON list.
CREATE TABLE journeys (
  id             ${number} PRIMARY KEY,
  trace_id       TEXT    NOT NULL,
  start_nanos    BIGINT  NOT NULL,
  end_nanos      BIGINT  NOT NULL,
  received_nanos BIGINT  NOT NULL,
  failed         INTEGER NOT NULL,
  rootless       INTEGER NOT NULL,
  defect_code    TEXT,
  circuits       TEXT    NOT NULL
);
CREATE INDEX journeys_received ON journeys (received_nanos);
CREATE INDEX journeys_start    ON journeys (start_nanos, trace_id);

CREATE TABLE journey_circuits (
  circuit_id  TEXT   NOT NULL,
  start_nanos BIGINT NOT NULL,
  journey     BIGINT NOT NULL,
  PRIMARY KEY (circuit_id, start_nanos, journey)
) ${by_key};

CREATE TABLE handoffs (
  id              TEXT PRIMARY KEY,
  parent_trace_id TEXT   NOT NULL,
  child_trace_id  TEXT   NOT NULL,
  child_nanos     BIGINT NOT NULL,
  confidence      DOUBLE PRECISION NOT NULL,
  state           TEXT   NOT NULL,
  superseded_by   TEXT,
  document        TEXT   NOT NULL
);
CREATE INDEX handoffs_parent ON handoffs (parent_trace_id);
CREATE INDEX handoffs_child  ON handoffs (child_trace_id);
CREATE INDEX handoffs_time   ON handoffs (child_nanos, id);

-- Every word that persons said of handoffs; the latest on a handoff holds.
CREATE TABLE rulings (
  handoff_id TEXT    NOT NULL,
  time_nanos BIGINT  NOT NULL,
  confirmed  INTEGER NOT NULL,
  reason     TEXT    NOT NULL,
  author     TEXT    NOT NULL,
  PRIMARY KEY (handoff_id, time_nanos)
) ${by_key};

-- fragment is the number of the one the record belongs to, 0 for a record without a trace; those of traces have their keys in the fragment.
CREATE TABLE logs (
  id              TEXT    NOT NULL,
  span_id         TEXT,
  time_nanos      BIGINT  NOT NULL,
  severity_number INTEGER NOT NULL,
  severity_text   TEXT    NOT NULL,
  service         TEXT    NOT NULL,
  body            TEXT    NOT NULL,
  event_name      TEXT    NOT NULL,
  is_event        INTEGER NOT NULL,
  attributes      TEXT    NOT NULL,
  key_values      TEXT    NOT NULL,
  received_nanos  BIGINT  NOT NULL,
  fragment        BIGINT  NOT NULL
);
CREATE UNIQUE INDEX logs_fragment ON logs (fragment, time_nanos, id);
CREATE INDEX logs_received ON logs (received_nanos);

-- Finds the records that have no trace id.
CREATE TABLE log_keys (
  key_name   TEXT   NOT NULL,
  key_value  TEXT   NOT NULL,
  time_nanos BIGINT NOT NULL,
  log_id     TEXT   NOT NULL,
  PRIMARY KEY (key_name, key_value, time_nanos, log_id)
) ${by_key};

-- Two ids seen in one record, where first, and whether a person said that it is none; the pair is ordered by key name, then value.
CREATE TABLE aliases (
  key_a       TEXT    NOT NULL,
  value_a     TEXT    NOT NULL,
  key_b       TEXT    NOT NULL,
  value_b     TEXT    NOT NULL,
  first_nanos BIGINT  NOT NULL,
  last_nanos  BIGINT  NOT NULL,
  source      TEXT    NOT NULL DEFAULT '',
  retracted   INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (value_a, key_a, key_b, value_b)
) ${by_key};
CREATE INDEX aliases_b ON aliases (value_b);
