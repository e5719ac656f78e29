-- Every word that persons said of handoffs; the latest on a handoff holds.
CREATE TABLE rulings (
  handoff_id TEXT    NOT NULL,
  time_nanos BIGINT  NOT NULL,
  confirmed  INTEGER NOT NULL,
  reason     TEXT    NOT NULL,
  author     TEXT    NOT NULL,
  PRIMARY KEY (handoff_id, time_nanos)
);

-- Where a pair was first seen, and whether a person said that it is none.
ALTER TABLE aliases ADD COLUMN source TEXT NOT NULL DEFAULT '';
ALTER TABLE aliases ADD COLUMN retracted INTEGER NOT NULL DEFAULT 0;
