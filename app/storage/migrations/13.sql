-- From version 12: the order that was made in the queue by hand.

CREATE TABLE queue_places (
    place       INTEGER PRIMARY KEY,
    training_id TEXT NOT NULL UNIQUE REFERENCES trainings (id) ON DELETE CASCADE,
    behind      TEXT
) STRICT;
