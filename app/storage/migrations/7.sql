-- From version 6: a training may be forked from another one, and a run says from which run it was. None of before is.

ALTER TABLE trainings ADD COLUMN stretches TEXT NOT NULL DEFAULT '[]';
ALTER TABLE runs ADD COLUMN origin TEXT;
