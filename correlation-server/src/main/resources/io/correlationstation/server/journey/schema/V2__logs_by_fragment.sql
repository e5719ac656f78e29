-- Records name their fragment by number, 0 for a record without a trace, and no longer by trace id: numbers are given in order of appearance, so
-- what is written together lies together. Records of traces have their keys in the fragment.

DROP INDEX logs_trace;
ALTER TABLE logs ADD COLUMN fragment BIGINT NOT NULL DEFAULT 0;
DELETE FROM logs WHERE trace_id <> '' AND trace_id NOT IN (SELECT trace_id FROM fragments);
UPDATE logs SET fragment = (SELECT f.id FROM fragments f WHERE f.trace_id = logs.trace_id) WHERE trace_id <> '';
ALTER TABLE logs DROP COLUMN trace_id;
CREATE UNIQUE INDEX logs_fragment ON logs (fragment, time_nanos, id);
