-- `PRAGMA user_version` holds the version (`SCHEMA_VERSION`); migrations/N.sql carries an older file forward to version N.

-- A class, its people, and the browsers in which they are known.
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
    projector_secret TEXT NOT NULL,
    cloud            INTEGER NOT NULL DEFAULT 0,        -- whether students see the curves of all
    vote             TEXT                               -- JSON: the question that the class votes on; null: none
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

-- Runs that a person has shared with the class together.
CREATE TABLE shared_views (
    id        TEXT PRIMARY KEY,
    person_id TEXT NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    runs      TEXT NOT NULL,                            -- JSON: their ids; some may be deleted
    iteration INTEGER,                                  -- the pinned moment of the first run; null: none
    made_at   REAL NOT NULL
) STRICT;

-- The challenges of a class; the one that has not ended is the one that there is.
CREATE TABLE challenges (
    id              TEXT PRIMARY KEY,
    class_id        TEXT NOT NULL REFERENCES classes (id) ON DELETE CASCADE,
    name            TEXT NOT NULL,
    dataset         TEXT NOT NULL,
    validation_size INTEGER NOT NULL,                   -- images by which it is judged
    max_parameters  INTEGER,                            -- null: no bound, as of the next two
    max_seconds     REAL,
    max_iterations  INTEGER,
    started_at      REAL NOT NULL,                      -- Unix seconds
    phase           TEXT NOT NULL,                      -- 'open', 'opening' or 'opened': the test set
    entries         TEXT NOT NULL DEFAULT '[]',         -- JSON list: the best run of each student, when nothing counts any more
    ended_at        REAL
) STRICT;

-- What a person predicted in a lesson before its runs began, and has answered since.
CREATE TABLE attempts (
    number     INTEGER PRIMARY KEY AUTOINCREMENT,       -- order of sealing
    id         TEXT NOT NULL UNIQUE,
    person_id  TEXT REFERENCES people (id) ON DELETE CASCADE,  -- null: whoever uses a lab without a class
    lesson     TEXT NOT NULL,                           -- its slug
    sealed_at  REAL NOT NULL,                           -- Unix seconds
    sure       TEXT NOT NULL,                           -- 'guess', 'fairly' or 'certain'
    full_size  INTEGER NOT NULL,                        -- whether its runs are those of full size
    dataset    TEXT NOT NULL,                           -- which stood for that of the lesson
    prediction TEXT NOT NULL,                           -- JSON: question → value
    runs       TEXT NOT NULL,                           -- JSON: name → run's id; some may be deleted
    answers    TEXT NOT NULL DEFAULT '{}'               -- JSON: question → {value, right, came, at}
) STRICT;

CREATE INDEX attempts_of_a_person ON attempts (person_id, lesson);

-- What people answered when the class voted on a question of a lesson: before its discussion (1), and after it (2).
CREATE TABLE ballots (
    person_id TEXT NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    lesson    TEXT NOT NULL,
    question  TEXT NOT NULL,
    round     INTEGER NOT NULL,
    value     TEXT NOT NULL,                            -- JSON
    PRIMARY KEY (person_id, lesson, question, round)
) STRICT;

-- Digits that people drew, and gave for a data set.
CREATE TABLE drawings (
    number    INTEGER PRIMARY KEY AUTOINCREMENT,        -- order of giving
    person_id TEXT REFERENCES people (id) ON DELETE CASCADE,  -- null: whoever uses a lab without a class
    digit     INTEGER NOT NULL,                         -- 0 to 9
    pixels    BLOB NOT NULL,                            -- 28 × 28 bytes, 0: background
    made_at   REAL NOT NULL                             -- Unix seconds
) STRICT;

CREATE INDEX drawings_of_a_person ON drawings (person_id);

-- A training is what is computed: what decides a curve, and how far it has come.
CREATE TABLE trainings (
    number      INTEGER PRIMARY KEY AUTOINCREMENT,  -- order of making
    id          TEXT NOT NULL UNIQUE,
    status      TEXT NOT NULL,
    reason      TEXT,
    attempt     INTEGER NOT NULL DEFAULT 1,
    config      TEXT NOT NULL,                      -- the complete experiment file, JSON
    iterations  INTEGER NOT NULL,                   -- planned
    created_at  REAL NOT NULL,                      -- Unix seconds, as the next two
    started_at  REAL,
    finished_at REAL,
    annotations TEXT NOT NULL DEFAULT '[]',         -- JSON list: what happened at which iteration
    checkpoints TEXT NOT NULL DEFAULT '[]',         -- JSON list, newest first: {file, iteration, evaluations}
    crashes     INTEGER NOT NULL DEFAULT 0,         -- of the worker in a row, none farther than the one before
    crashed_at  INTEGER NOT NULL DEFAULT -1,        -- iteration that the last crash had reached
    why         TEXT,                               -- the reason as JSON {code, values}; null: only its text
    fingerprint TEXT,                               -- of all that decides the curve; null: unknown
    stretches   TEXT NOT NULL DEFAULT '[]',         -- JSON list: what was trained before each fork, {until, config, seed}
    machines    TEXT NOT NULL DEFAULT '[]'          -- JSON list: on which of a cluster, {iteration, host, processor, arithmetic}
) STRICT;

-- A run is what a user launched, and shows a training.
CREATE TABLE runs (
    number      INTEGER PRIMARY KEY AUTOINCREMENT,  -- order of launching; never used twice
    id          TEXT NOT NULL UNIQUE,
    training_id TEXT NOT NULL REFERENCES trainings (id),
    name        TEXT NOT NULL,
    launched_at REAL NOT NULL,                      -- Unix seconds
    lesson      TEXT,
    group_id    TEXT,                               -- runs that were launched together
    color       INTEGER,                            -- as chosen; null: the one that goes with the number
    starred     INTEGER NOT NULL DEFAULT 0,
    archived    INTEGER NOT NULL DEFAULT 0,
    tags        TEXT NOT NULL DEFAULT '[]',         -- JSON list
    notes       TEXT NOT NULL DEFAULT '',
    origin      TEXT,                               -- JSON: what it was forked from {run, number, name, iteration, seed}
    owner       TEXT REFERENCES people (id) ON DELETE SET NULL,  -- who launched it
    shared      INTEGER NOT NULL DEFAULT 0              -- with the class
) STRICT;

CREATE INDEX runs_of_a_training ON runs (training_id);

-- A study trains many configurations × seeds × folds, and says which is the best.
CREATE TABLE studies (
    number         INTEGER PRIMARY KEY AUTOINCREMENT,  -- order of making
    id             TEXT NOT NULL UNIQUE,
    name           TEXT NOT NULL,
    document       TEXT NOT NULL,                   -- the complete study file, JSON
    configurations TEXT NOT NULL DEFAULT '[]',      -- JSON list: of each stage, its new ones as path → value
    status         TEXT NOT NULL,
    reason         TEXT,
    why            TEXT,                            -- the reason as JSON {code, values}; null: only its text
    owner          TEXT REFERENCES people (id) ON DELETE SET NULL,  -- who began it
    shared         INTEGER NOT NULL DEFAULT 0,      -- with the class
    created_at     REAL NOT NULL,                   -- Unix seconds, as the next one
    finished_at    REAL,
    test           TEXT                             -- JSON {configuration, scores}: test accuracies of the best; null: not measured
) STRICT;

-- A trial is one training of a study; those that have not begun are not here.
CREATE TABLE trials (
    study_id    TEXT NOT NULL REFERENCES studies (id) ON DELETE CASCADE,
    number      INTEGER NOT NULL,                   -- of the study's plan, from 1
    training_id TEXT REFERENCES trainings (id),     -- null: there was nothing to train
    remembered  INTEGER NOT NULL,                   -- whether its training was there before
    status      TEXT,                               -- of its training when it had ended; null: it goes on
    score       REAL,                               -- its metric; null: none
    seconds     REAL NOT NULL DEFAULT 0,            -- of training
    iteration   INTEGER NOT NULL DEFAULT 0,         -- how far it came
    reason      TEXT,
    why         TEXT,
    PRIMARY KEY (study_id, number)
) STRICT;

CREATE INDEX trials_of_a_training ON trials (training_id);

-- A training that no run and no trial shows is deleted, with its rows.
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

-- The trainings that wait out of turn: those that were moved by hand, or have lost their worker.
CREATE TABLE queue_places (
    place       INTEGER PRIMARY KEY,                -- their order
    training_id TEXT NOT NULL UNIQUE REFERENCES trainings (id) ON DELETE CASCADE,
    behind      TEXT                                -- the training that it starts right after; null: before all turns
) STRICT;

CREATE TABLE streams (
    training_id TEXT NOT NULL REFERENCES trainings (id) ON DELETE CASCADE,
    stream      TEXT NOT NULL,                      -- 'train' or 'evaluation'
    columns     TEXT NOT NULL,                      -- JSON list of names
    PRIMARY KEY (training_id, stream)
) STRICT;

-- Metric rows in chunks: little-endian float32, column after column. A row per value could not keep up
-- with a class; a chunk per flush costs one insert for hundreds of values.
CREATE TABLE chunks (
    training_id TEXT NOT NULL REFERENCES trainings (id) ON DELETE CASCADE,
    stream      TEXT NOT NULL,
    first       INTEGER NOT NULL,                   -- number of the chunk's first row in its stream
    rows        INTEGER NOT NULL,
    data        BLOB NOT NULL,
    times       TEXT NOT NULL DEFAULT '[]',         -- JSON list of [rows so far in the stream, Unix seconds, seconds of training]
    PRIMARY KEY (training_id, stream, first)
) STRICT;

-- What was measured of a training at stated iterations, for the rules of findings.
CREATE TABLE measurements (
    training_id TEXT NOT NULL REFERENCES trainings (id) ON DELETE CASCADE,
    iteration   INTEGER NOT NULL,
    facts       TEXT NOT NULL,                      -- JSON: see engine.measuring
    PRIMARY KEY (training_id, iteration)
) STRICT;
