-- From version 9: challenges.

CREATE TABLE challenges (
    id              TEXT PRIMARY KEY,
    class_id        TEXT NOT NULL REFERENCES classes (id) ON DELETE CASCADE,
    name            TEXT NOT NULL,
    dataset         TEXT NOT NULL,
    validation_size INTEGER NOT NULL,
    max_parameters  INTEGER,
    max_seconds     REAL,
    max_iterations  INTEGER,
    started_at      REAL NOT NULL,
    phase           TEXT NOT NULL,
    entries         TEXT NOT NULL DEFAULT '[]',
    ended_at        REAL
) STRICT;
