"""The section `dataset` of an experiment: which images, how many of them, and how they are changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from engine import augmentation, datasets
from engine.datasets.dataset import Source
from engine.errors import ConfigError
from engine.fields import Field, parse
from engine.reasons import Reason

DATASET_FIELDS = (
    Field("name", "choice", "digits", choices=tuple(datasets.SOURCES)),
    Field("train_size", "integer", None, minimum=1, maximum=10_000_000, nullable=True),
    Field("test_size", "integer", None, minimum=1, maximum=10_000_000, nullable=True),
    Field("label_noise", "number", 0.0, minimum=0, maximum=1),
    Field("augment", "object", None, nullable=True),
    Field("fold", "object", None, nullable=True),
)
#: Cross-validation: of `folds` parts of the training images, train on all but part `index`, and test on that one.
FOLD_FIELDS = (
    Field("folds", "integer", 5, minimum=2, maximum=100),
    Field("index", "integer", 0, minimum=0, maximum=99),
)


@dataclass(frozen=True, slots=True)
class DatasetConfig:
    """Which images, and how many: the first `train_size` ones, in the order of the data set's files."""

    name: str
    train_size: int | None
    test_size: int | None
    label_noise: float
    augment: dict[str, Any] | None
    fold: dict[str, int] | None

    @property
    def source(self) -> Source:
        return datasets.source(self.name)

    @property
    def train_images(self) -> int:
        """The number of training images."""
        chosen = self.train_size or self.source.train_size
        return chosen if self.fold is None else chosen - self._fold_size(chosen)

    @property
    def test_images(self) -> int:
        if self.fold is not None:
            return self._fold_size(self.train_size or self.source.train_size)
        return self.test_size or self.source.test_size

    def _fold_size(self, chosen: int) -> int:
        assert self.fold is not None
        return -((self.fold["index"] - chosen) // self.fold["folds"])


def parse_dataset(given: Any) -> DatasetConfig:
    """The section `dataset` of an experiment, checked and complete.

    Raises:
        ConfigError: a value is wrong; it names the field, the bound and the value of the first one.
    """
    values = parse(DATASET_FIELDS, given, "dataset")
    source = datasets.source(values["name"])
    if values["augment"] is not None:
        path = "dataset.augment"
        values["augment"] = parse(augmentation.FIELDS, values["augment"], path)
        wrong = augmentation.unsuitable(source.shape, source.flippable, values["augment"])
        if wrong is not None:
            message = (
                f"{path}.{wrong} does not suit {source.name}: it would turn images into ones of another class"
            )
            reason = Reason("augmentation", message, dataset=source.name)
            raise ConfigError("range", f"{path}.{wrong}", reason)
    if values["fold"] is not None:
        path = "dataset.fold"
        values["fold"] = fold = parse(FOLD_FIELDS, values["fold"], path)
        most = fold["folds"] - 1
        if fold["index"] > most:
            message = Reason(
                "fold_index",
                f"{path}.index must be at most {most}, counted from 0, not {fold['index']}",
                most=most,
            )
            raise ConfigError("range", f"{path}.index", message, {"minimum": 0, "maximum": most})
        images = values["train_size"] or source.train_size
        if fold["folds"] > images:
            message = f"{path}.folds must be at most {images:,}, the images there are, not {fold['folds']}"
            raise ConfigError("range", f"{path}.folds", message, {"minimum": 2, "maximum": images})
    config = DatasetConfig(**values)
    for name, available in (
        ("train_size", config.source.train_size),
        ("test_size", config.source.test_size),
    ):
        asked = getattr(config, name)
        if asked is not None and asked > available:
            path = f"dataset.{name}"
            message = f"{path} must be at most {available:,}, the images of {config.name}, not {asked:,}"
            raise ConfigError("range", path, message, {"minimum": 1, "maximum": available})
    return config
