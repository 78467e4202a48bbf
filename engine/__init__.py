"""Lossroom's training engine: real networks in plain NumPy. Usable alone, independent of the web.

from engine import ExperimentConfig, Trainer

config = ExperimentConfig.from_dict({"optimizer": {"name": "adam"}})
for event in Trainer(config).run():
    ...
"""

from engine.config import ExperimentConfig
from engine.datasets import Dataset, load_dataset
from engine.errors import ConfigError, DatasetError
from engine.trainer import Divergence, EvaluationMetrics, StepMetrics, Trainer

__all__ = [
    "ConfigError",
    "Dataset",
    "DatasetError",
    "Divergence",
    "EvaluationMetrics",
    "ExperimentConfig",
    "StepMetrics",
    "Trainer",
    "load_dataset",
]
