-- From version 10: people predict in lessons, and a class votes on a question.

ALTER TABLE classes ADD COLUMN vote TEXT;

CREATE TABLE attempts (
    number     INTEGER PRIMARY KEY AUTOINCREMENT,
    id         TEXT NOT NULL UNIQUE,
    person_id  TEXT REFERENCES people (id) ON DELETE CASCADE,
    lesson     TEXT NOT NULL,
    sealed_at  REAL NOT NULL,
    sure       TEXT NOT NULL,
    full_size  INTEGER NOT NULL,
    dataset    TEXT NOT NULL,
    prediction TEXT NOT NULL,
    runs       TEXT NOT NULL,
    answers    TEXT NOT NULL DEFAULT '{}'
) STRICT;

CREATE INDEX attempts_of_a_person ON attempts (person_id, lesson);

CREATE TABLE ballots (
    person_id TEXT NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    lesson    TEXT NOT NULL,
    question  TEXT NOT NULL,
    round     INTEGER NOT NULL,
    value     TEXT NOT NULL,
    PRIMARY KEY (person_id, lesson, question, round)
) STRICT;
