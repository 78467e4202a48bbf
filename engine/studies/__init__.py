"""Studies: questions that take many trainings, and what their answer is worth.

A study trains configurations (values of some fields of an experiment) × seeds × folds. One training of it is a trial;
in successive halving, the trials of one length are a rung. Nothing here knows of the web, of queues and of processes:

StudyConfig.from_dict(document)   a checked study; `.to_dict()` gives the complete document
Plan(config)                      which trials are to be trained next, from the scores of those that are
results_of(plan)                  the table, the verdict and the luck line
"""

from engine.studies.config import StudyConfig
from engine.studies.plan import Plan, Trial
from engine.studies.results import results_of

__all__ = ["Plan", "StudyConfig", "Trial", "results_of"]
