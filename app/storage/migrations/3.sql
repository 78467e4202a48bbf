-- From version 2: a run's colour can be chosen.

ALTER TABLE runs ADD COLUMN color INTEGER;
