"""The section `dataset` of an experiment: which images, how many of them, and how they are changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from engine import augmentation, datasets
from engine.datasets.dataset import Source
from engine.errors import ConfigError
from engine.fields import Field, parse
from engine.reasons import Reason


class _NameField(Field):
    """The name of a data set: one of the catalog, or an own one, also if it is deleted."""

    def check(self, value: Any, path: str) -> Any:
        """Check a name. An unknown name is refused with the list of built-in data sets only: trying names must not show
        which data sets other people have brought.

        Raises:
            ConfigError: there is no data set of this name.
        """
        if isinstance(value, str) and datasets.own.is_name(value):
            if datasets.find(value) is None:
                raise ConfigError("unknown_name", path, datasets.own.missing(value))
            return value
        return Field.check(self, value, path)


DATASET_FIELDS = (
    _NameField("name", "choice", "digits", choices=tuple(datasets.SOURCES)),
    Field("train_size", "integer", None, minimum=1, maximum=10_000_000, nullable=True),
    Field("validation_size", "integer", None, minimum=1, maximum=10_000_000, nullable=True),
    Field("test_size", "integer", None, minimum=0, maximum=10_000_000, nullable=True),
    Field("label_noise", "number", 0.0, minimum=0, maximum=1),
    Field("augment", "object", None, nullable=True),
    Field("fold", "object", None, nullable=True),
)
#: Cross-validation: of `folds` parts of the training images, train on all but part `index`. That one takes the place of
#: the test images, or with `"part": "validation"` it is the validation images, and the test images stay what they are.
FOLD_FIELDS = (
    Field("folds", "integer", 5, minimum=2, maximum=100),
    Field("index", "integer", 0, minimum=0, maximum=99),
    Field("part", "choice", "test", choices=("test", "validation")),
)


@dataclass(frozen=True, slots=True)
class DatasetConfig:
    """Which images, and how many of them: the first `train_size` ones, in the order of the data set's files.
    `validation_size` is how many training images are kept back as validation images (see `engine.parts`). With a
    `test_size` of 0 the test set stays closed: nothing is measured on it, and rows have no columns for it, unless a
    fold is tested on; then `test_size` is not used."""

    name: str
    train_size: int | None
    validation_size: int | None
    test_size: int | None
    label_noise: float
    augment: dict[str, Any] | None
    fold: dict[str, Any] | None

    @property
    def source(self) -> Source:
        return datasets.source(self.name)

    @property
    def train_images(self) -> int:
        """The number of training images."""
        return self._chosen if self.fold is None else self._chosen - self._fold_size

    @property
    def validation_images(self) -> int:
        return self._fold_size if self.validates_on_fold else self.validation_size or 0

    @property
    def validates_on_fold(self) -> bool:
        """Whether the validation images are a fold of the training images."""
        return self.fold is not None and self.fold["part"] == "validation"

    @property
    def test_images(self) -> int:
        if self.fold is not None and not self.validates_on_fold:
            return self._fold_size
        return self.source.test_size if self.test_size is None else self.test_size

    @property
    def _chosen(self) -> int:
        """The images to train on, of all folds."""
        return self.train_size or self.source.train_size - (self.validation_size or 0)

    @property
    def _fold_size(self) -> int:
        assert self.fold is not None
        index, folds = int(self.fold["index"]), int(self.fold["folds"])
        return -((index - self._chosen) // folds)

    def to_dict(self) -> dict[str, Any]:
        """The section as JSON. Keys that later versions added are left out where they have their default, so that
        documents and fingerprints of older experiments stay the same."""
        values = {field.name: getattr(self, field.name) for field in DATASET_FIELDS}
        if self.validation_size is None:
            del values["validation_size"]
        if self.fold is not None and not self.validates_on_fold:
            values["fold"] = {name: value for name, value in self.fold.items() if name != "part"}
        return values


def parse_dataset(given: Any) -> DatasetConfig:
    """The section `dataset` of an experiment, checked and complete.

    Raises:
        ConfigError: a value is wrong; it names the field, the bound and the value of the first one.
    """
    values = parse(DATASET_FIELDS, given, "dataset")
    source = datasets.source(values["name"])
    for field in DATASET_FIELDS:
        if field.name in ("train_size", "test_size"):
            _demand_at_most(field, values[field.name], getattr(source, field.name), source)
    if values["validation_size"] is not None:
        _demand_room(values["validation_size"], values["train_size"], source)
    if values["augment"] is not None:
        path = "dataset.augment"
        values["augment"] = parse(augmentation.FIELDS, values["augment"], path)
        wrong = augmentation.unsuitable(source.shape, source.flippable, values["augment"])
        if wrong is not None:
            if len(source.shape) == 3:
                code, why = "augmentation", "it would turn images into ones of another class"
            else:
                code, why = "augments_images", "its examples are not images"
            message = f"{path}.{wrong} does not suit {source.name}: {why}"
            raise ConfigError("range", f"{path}.{wrong}", Reason(code, message, dataset=source.name))
    if values["fold"] is not None:
        path = "dataset.fold"
        values["fold"] = fold = parse(FOLD_FIELDS, values["fold"], path)
        last = fold["folds"] - 1
        if fold["index"] > last:
            message = Reason(
                "fold_index",
                f"{path}.index must be at most {last}, counted from 0, not {fold['index']}",
                most=last,
            )
            raise ConfigError("range", f"{path}.index", message, {"minimum": 0, "maximum": last})
        if fold["part"] == "validation" and values["validation_size"] is not None:
            message = "dataset.validation_size must be null where a fold is the validation images"
            raise ConfigError("range", "dataset.validation_size", Reason("fold_validates", message))
    config = DatasetConfig(**values)
    if config.fold is not None:
        _demand_folds(config.fold["folds"], config._chosen)
    return config


def _demand_folds(folds: int, images: int) -> None:
    """Refuse more folds than there are images, and to split a single one."""
    path = "dataset.fold"
    if images == 1:
        message = f"{path} must be null: the only example that is trained on cannot be split"
        raise ConfigError("range", path, Reason("fold_of_one", message))
    if folds > images:
        message = f"{path}.folds must be at most {images:,}, the examples there are, not {folds}"
        raise ConfigError("range", f"{path}.folds", message, {"minimum": 2, "maximum": images})


def _demand_at_most(field: Field, asked: int | None, available: int, source: Source) -> None:
    if asked is not None and asked > available:
        path = f"dataset.{field.name}"
        message = f"{path} must be at most {available:,}, the examples of {source.name}, not {asked:,}"
        raise ConfigError("range", path, message, {"minimum": field.minimum, "maximum": available})


def _demand_room(asked: int, train_size: int | None, source: Source) -> None:
    """Refuse more validation images than follow those that are trained on; one image at least must be trained on."""
    path, images = "dataset.validation_size", source.train_size
    if asked < images == train_size:
        path, most = "dataset.train_size", images - asked
        text = f"{path} must be at most {most:,}, not {train_size:,}: of the {images:,} training examples of"
        text += f" {source.name}, {asked:,} are kept back as validation examples"
        reason = Reason("train_leaves_none", text, most=most, images=images, validation=asked)
        raise ConfigError("range", path, reason, {"minimum": 1, "maximum": most})
    if train_size == images:  # more are asked for than there can be, even if only one is trained on
        train_size = None
    most = images - (train_size or 1)
    if asked <= most:
        return
    text = f"{path} must be at most {most:,}, not {asked:,}: {source.name} has {images:,} training examples"
    bounds = {"minimum": 1, "maximum": most}
    if train_size is None:
        reason = Reason(
            "validation_leaves_none", f"{text}, and one at least must be left", most=most, images=images
        )
    else:
        text += f", and {train_size:,} of them are trained on"
        reason = Reason("validation_too_large", text, most=most, images=images, train=train_size)
    raise ConfigError("range", path, reason, bounds)
