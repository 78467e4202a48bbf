-- From version 3: a run's reason can be said in the reader's language.

ALTER TABLE runs ADD COLUMN why TEXT;
