-- From version 14: studies and their trials. A training that a trial shows stays too.

CREATE TABLE studies (
    number         INTEGER PRIMARY KEY AUTOINCREMENT,
    id             TEXT NOT NULL UNIQUE,
    name           TEXT NOT NULL,
    document       TEXT NOT NULL,
    configurations TEXT NOT NULL DEFAULT '[]',
    status         TEXT NOT NULL,
    reason         TEXT,
    why            TEXT,
    owner          TEXT REFERENCES people (id) ON DELETE SET NULL,
    shared         INTEGER NOT NULL DEFAULT 0,
    created_at     REAL NOT NULL,
    finished_at    REAL,
    test           TEXT
) STRICT;

CREATE TABLE trials (
    study_id    TEXT NOT NULL REFERENCES studies (id) ON DELETE CASCADE,
    number      INTEGER NOT NULL,
    training_id TEXT REFERENCES trainings (id),
    remembered  INTEGER NOT NULL,
    status      TEXT,
    score       REAL,
    seconds     REAL NOT NULL DEFAULT 0,
    iteration   INTEGER NOT NULL DEFAULT 0,
    reason      TEXT,
    why         TEXT,
    PRIMARY KEY (study_id, number)
) STRICT;

CREATE INDEX trials_of_a_training ON trials (training_id);

DROP TRIGGER last_run_deleted;

CREATE TRIGGER last_run_deleted AFTER DELETE ON runs
WHEN NOT EXISTS (SELECT 1 FROM runs WHERE training_id = OLD.training_id)
    AND NOT EXISTS (SELECT 1 FROM trials WHERE training_id = OLD.training_id)
BEGIN
    DELETE FROM trainings WHERE id = OLD.training_id;
END;

CREATE TRIGGER last_trial_deleted AFTER DELETE ON trials
WHEN NOT EXISTS (SELECT 1 FROM runs WHERE training_id = OLD.training_id)
    AND NOT EXISTS (SELECT 1 FROM trials WHERE training_id = OLD.training_id)
BEGIN
    DELETE FROM trainings WHERE id = OLD.training_id;
END;
