-- From version 11: measurements.

CREATE TABLE measurements (
    training_id TEXT NOT NULL REFERENCES trainings (id) ON DELETE CASCADE,
    iteration   INTEGER NOT NULL,
    facts       TEXT NOT NULL,                      -- JSON: see engine.measuring
    PRIMARY KEY (training_id, iteration)
) STRICT;
