-- From version 5: a training has a fingerprint, so that an experiment is not trained twice. Those of earlier versions have none.

ALTER TABLE trainings ADD COLUMN fingerprint TEXT;
