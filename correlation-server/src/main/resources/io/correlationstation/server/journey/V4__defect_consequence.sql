-- Whether defect_code only says that something else failed.
ALTER TABLE fragments ADD COLUMN defect_consequence INTEGER NOT NULL DEFAULT 0;
