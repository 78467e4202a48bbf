-- From version 8: people share several runs together, and the teacher lets all see the curves of all.

ALTER TABLE classes ADD COLUMN cloud INTEGER NOT NULL DEFAULT 0;

CREATE TABLE shared_views (
    id        TEXT PRIMARY KEY,
    person_id TEXT NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    runs      TEXT NOT NULL,
    iteration INTEGER,
    made_at   REAL NOT NULL
) STRICT;
