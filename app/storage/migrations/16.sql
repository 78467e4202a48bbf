-- From version 15: on which machines of a cluster a training was.

ALTER TABLE trainings ADD COLUMN machines TEXT NOT NULL DEFAULT '[]';
