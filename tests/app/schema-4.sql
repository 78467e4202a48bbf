-- The schema of version 4, as it was: what `migrations` must carry forward.

CREATE TABLE runs (
    number      INTEGER PRIMARY KEY AUTOINCREMENT,  -- order of launching; never used twice
    id          TEXT NOT NULL UNIQUE,
    name        TEXT NOT NULL,
    status      TEXT NOT NULL,
    reason      TEXT,
    attempt     INTEGER NOT NULL DEFAULT 1,
    lesson      TEXT,
    config      TEXT NOT NULL,                      -- the complete experiment file, JSON
    iterations  INTEGER NOT NULL,                   -- planned
    created_at  REAL NOT NULL,                      -- Unix seconds, as the next two
    started_at  REAL,
    finished_at REAL,
    group_id    TEXT,                               -- runs that were launched together
    starred     INTEGER NOT NULL DEFAULT 0,
    archived    INTEGER NOT NULL DEFAULT 0,
    tags        TEXT NOT NULL DEFAULT '[]',         -- JSON list
    notes       TEXT NOT NULL DEFAULT '',
    annotations TEXT NOT NULL DEFAULT '[]',         -- JSON list: what happened at which iteration
    checkpoints TEXT NOT NULL DEFAULT '[]',         -- JSON list, newest first: {file, iteration, evaluations}
    crashes     INTEGER NOT NULL DEFAULT 0,         -- of the worker in a row, none farther than the one before
    crashed_at  INTEGER NOT NULL DEFAULT -1,        -- iteration that the last crash had reached
    color       INTEGER,                            -- as chosen; null: the one that goes with the number
    why         TEXT                                -- the reason as JSON {code, values}; null: only its text
) STRICT;

CREATE TABLE streams (
    run_id  TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    stream  TEXT NOT NULL,                          -- 'train' or 'evaluation'
    columns TEXT NOT NULL,                          -- JSON list of names
    PRIMARY KEY (run_id, stream)
) STRICT;

-- Metric rows in chunks: little-endian float32, column after column. A row per value could not keep up
-- with a class; a chunk per flush costs one insert for hundreds of values.
CREATE TABLE chunks (
    run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    stream TEXT NOT NULL,
    first  INTEGER NOT NULL,                        -- number of the chunk's first row in its stream
    rows   INTEGER NOT NULL,
    data   BLOB NOT NULL,
    times  TEXT NOT NULL DEFAULT '[]',              -- JSON list of [rows so far in the stream, Unix seconds, seconds of training]
    PRIMARY KEY (run_id, stream, first)
) STRICT;
