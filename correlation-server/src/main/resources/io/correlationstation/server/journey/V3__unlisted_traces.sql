-- Which traces a frame of the journal holds that are not in fragments: eight bytes each.
CREATE TABLE frame_traces (
  sequence BIGINT PRIMARY KEY,
  traces   ${bytes} NOT NULL
);
