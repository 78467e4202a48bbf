-- From version 7: a lab may have a class, whose people own runs. Runs of before belong to nobody.

CREATE TABLE classes (
    id               TEXT PRIMARY KEY,
    name             TEXT NOT NULL,
    code             TEXT NOT NULL,                     -- six digits with which people join
    made_at          REAL NOT NULL,                     -- Unix seconds, as the next one
    ended_at         REAL,
    held             INTEGER NOT NULL DEFAULT 0,
    shown            TEXT,                              -- JSON: the teacher's view that all screens show; null: none
    numbers_only     INTEGER NOT NULL DEFAULT 1,        -- whether the projector shows no nicknames
    salt             TEXT NOT NULL,                     -- of the phrases' hashes
    teacher_secret   TEXT NOT NULL,                     -- SHA-256, as the next one
    projector_secret TEXT NOT NULL
) STRICT;

CREATE TABLE people (
    id        TEXT PRIMARY KEY,
    class_id  TEXT NOT NULL REFERENCES classes (id) ON DELETE CASCADE,
    number    INTEGER,                                  -- of a student in the class, from 1
    nickname  TEXT NOT NULL,                            -- empty when the class has ended
    role      TEXT NOT NULL,                            -- 'teacher', 'student' or 'projector'
    hand_at   REAL,                                     -- since when the hand is up
    removed   INTEGER NOT NULL DEFAULT 0,
    joined_at REAL NOT NULL,
    seen_at   REAL NOT NULL,
    phrase    TEXT,                                     -- hash of the recovery phrase
    UNIQUE (class_id, number)
) STRICT;

CREATE TABLE sessions (
    token     TEXT PRIMARY KEY,                         -- SHA-256 of the cookie
    person_id TEXT NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    made_at   REAL NOT NULL
) STRICT;

CREATE INDEX sessions_of_a_person ON sessions (person_id);

ALTER TABLE runs ADD COLUMN owner TEXT REFERENCES people (id) ON DELETE SET NULL;
ALTER TABLE runs ADD COLUMN shared INTEGER NOT NULL DEFAULT 0;
