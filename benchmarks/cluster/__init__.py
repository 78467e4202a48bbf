"""Trainings on a cluster of this machine: how soon they start and are seen, how fast they are, and many at a time."""
