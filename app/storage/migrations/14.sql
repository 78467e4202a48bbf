-- From version 13: drawings.

CREATE TABLE drawings (
    number    INTEGER PRIMARY KEY AUTOINCREMENT,
    person_id TEXT REFERENCES people (id) ON DELETE CASCADE,
    digit     INTEGER NOT NULL,
    pixels    BLOB NOT NULL,
    made_at   REAL NOT NULL
) STRICT;

CREATE INDEX drawings_of_a_person ON drawings (person_id);
