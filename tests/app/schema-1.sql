-- The schema of version 1, as it was: what `migrations` must carry forward.

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
    finished_at REAL
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
    PRIMARY KEY (run_id, stream, first)
) STRICT;
