-- From version 4: what is computed (a training) is apart from what a user launched (a run). Each run has a training of its
-- own, under the id of the run, after which its files of checkpoints are named. No row is copied.

ALTER TABLE runs RENAME TO trainings;
ALTER TABLE streams RENAME COLUMN run_id TO training_id;
ALTER TABLE chunks RENAME COLUMN run_id TO training_id;

CREATE TABLE runs (
    number      INTEGER PRIMARY KEY AUTOINCREMENT,
    id          TEXT NOT NULL UNIQUE,
    training_id TEXT NOT NULL REFERENCES trainings (id),
    name        TEXT NOT NULL,
    launched_at REAL NOT NULL,
    lesson      TEXT,
    group_id    TEXT,
    color       INTEGER,
    starred     INTEGER NOT NULL DEFAULT 0,
    archived    INTEGER NOT NULL DEFAULT 0,
    tags        TEXT NOT NULL DEFAULT '[]',
    notes       TEXT NOT NULL DEFAULT ''
) STRICT;

INSERT INTO runs (number, id, training_id, name, launched_at, lesson, group_id, color, starred, archived, tags, notes)
SELECT number, id, id, name, created_at, lesson, group_id, color, starred, archived, tags, notes FROM trainings;

-- The numbers of deleted runs are not given again.
DELETE FROM sqlite_sequence WHERE name = 'runs';
INSERT INTO sqlite_sequence (name, seq) SELECT 'runs', seq FROM sqlite_sequence WHERE name = 'trainings';

ALTER TABLE trainings DROP COLUMN name;
ALTER TABLE trainings DROP COLUMN lesson;
ALTER TABLE trainings DROP COLUMN group_id;
ALTER TABLE trainings DROP COLUMN color;
ALTER TABLE trainings DROP COLUMN starred;
ALTER TABLE trainings DROP COLUMN archived;
ALTER TABLE trainings DROP COLUMN tags;
ALTER TABLE trainings DROP COLUMN notes;

CREATE INDEX runs_of_a_training ON runs (training_id);

CREATE TRIGGER last_run_deleted AFTER DELETE ON runs
WHEN NOT EXISTS (SELECT 1 FROM runs WHERE training_id = OLD.training_id)
BEGIN
    DELETE FROM trainings WHERE id = OLD.training_id;
END;
