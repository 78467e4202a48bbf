"""A study as a document: everything that decides which trials are trained, and how they are compared.

`StudyConfig.from_dict(document)` checks a JSON document and fills in what is left out; `.to_dict()` gives the complete
document back. Two equal documents make the same trials, in the same order.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.config import ExperimentConfig
from engine.dataset_config import parse_dataset
from engine.errors import ConfigError
from engine.fields import Field, demand_object, parse
from engine.paths import PathError, put
from engine.reasons import Reason
from engine.studies import methods
from engine.studies.space import Parameter, Values, parse_space

#: Since version 2, a configuration with the name that a section of the experiment has keeps this section's settings. In
#: studies of version 1, which may be stored, it has none of them.
VERSION = 2
#: Trials of one study, its seeds, and the highest seed.
MAX_TRIALS, MAX_SEEDS, MAX_SEED = 10_000, 100, 2**32 - 1
DEFAULT_SEEDS = 6
#: Levels of a document: a network of blocks in blocks needs a dozen.
MAX_DEPTH = 40

METRICS = ("validation_accuracy", "validation_loss")
_FIELDS = (
    Field("version", "integer", VERSION, minimum=1, maximum=VERSION),
    Field("name", "text", "", maximum=200),
    Field("folds", "integer", None, minimum=2, maximum=20, nullable=True),
    Field("metric", "choice", METRICS[0], choices=METRICS),
    Field("budget_seconds", "number", None, exclusive_minimum=0, maximum=1e9, nullable=True),
)
_SECTIONS = ("experiment", "space", "method", "seeds", "results")


@dataclass(frozen=True, slots=True)
class Pair:
    """A seed, and a fold counted from 1 where there are folds. Configurations are compared pair by pair."""

    seed: int
    fold: int | None


@dataclass(frozen=True, slots=True)
class StudyConfig:
    """A whole study. Make one with `from_dict`.

    Attributes:
        version: of the document; see `VERSION`.
        experiment: what all trials share, as it was given.
        method: its name and its settings; see `engine.studies.methods`.
        budget_seconds: of training, of all trials together; None: no bound.
        stored: whether it was accepted before, perhaps by an earlier version with wider bounds.
    """

    version: int
    name: str
    experiment: dict[str, Any]
    space: tuple[Parameter, ...]
    method: dict[str, Any]
    seeds: tuple[int, ...]
    folds: int | None
    metric: str
    budget_seconds: float | None
    stored: bool = field(default=False, compare=False)

    @classmethod
    def from_dict(cls, document: Mapping[str, Any], *, stored: bool = False) -> StudyConfig:
        """The study that a JSON document describes. Its configurations are not checked yet: see `experiment_of`.

        Args:
            stored: it was accepted before; what draws its configurations may not be installed any more, and its values
                may be such as earlier versions accepted.

        Raises:
            ConfigError: with the field, the bound and the value of the first thing that is wrong.
        """
        if not isinstance(document, Mapping):
            raise ConfigError("type", "", "a study must be an object")
        if _is_deep(document):
            text = f"a study has at most {MAX_DEPTH} levels of lists and objects in each other"
            raise ConfigError("type", "", text)
        names = [*_SECTIONS, *(field.name for field in _FIELDS)]
        for key in document:
            if key not in names:
                where = str(key)[:60]
                text = f"there is no {where}; a study has {', '.join(names)}"
                raise ConfigError("unknown_key", where, text, {"choices": names})
        general = parse(_FIELDS, document, "", also=_SECTIONS)
        for section in ("experiment", "space"):
            if section not in document:
                raise ConfigError("missing", section, f"{section} is missing")
        experiment = _experiment(document["experiment"], general["folds"])
        space = parse_space(document["space"], stored=stored or general["version"] == 1)
        method = methods.parse_method(document.get("method", {"name": "grid"}), space, stored=stored)
        config = cls(
            experiment=experiment,
            space=space,
            method=method,
            seeds=_seeds(document.get("seeds", DEFAULT_SEEDS)),
            stored=stored,
            **general,
        )
        if config.trials > MAX_TRIALS:
            text = f"these are {config.trials:,} trials, and a study may have {MAX_TRIALS:,}"
            reason = Reason("study_too_many", text, trials=config.trials, most=MAX_TRIALS)
            raise ConfigError("too_large", "seeds", reason, {"maximum": MAX_TRIALS})
        return config

    def to_dict(self) -> dict[str, Any]:
        """The complete JSON document."""
        return {
            "version": self.version,
            "name": self.name,
            "experiment": copy.deepcopy(self.experiment),
            "space": {parameter.path: parameter.to_dict() for parameter in self.space},
            "method": dict(self.method),
            "seeds": list(self.seeds),
            "folds": self.folds,
            "metric": self.metric,
            "budget_seconds": self.budget_seconds,
        }

    @property
    def higher_is_better(self) -> bool:
        return self.metric == "validation_accuracy"

    @property
    def pairs(self) -> list[Pair]:
        """Each configuration gets one trial for each pair. The folds of a seed follow each other."""
        folds = [None] if self.folds is None else list(range(1, self.folds + 1))
        return [Pair(seed, fold) for seed in self.seeds for fold in folds]

    @property
    def rungs(self) -> list[int]:
        """The most configurations on each rung, from the first rung on. A study without rungs has one number."""
        return methods.rungs_of(self.method, self.space)

    @property
    def rung_count(self) -> int:
        """How many rungs there are; a study without rungs has one."""
        return int(self.method.get("rungs", 1))

    @property
    def trials(self) -> int:
        """How many trials there are at most."""
        return sum(self.rungs) * len(self.seeds) * (self.folds or 1)

    def experiment_of(self, values: Values, pair: Pair, rung: int) -> ExperimentConfig:
        """The experiment of a trial.

        Raises:
            ConfigError: such an experiment cannot be. The field begins with `space` where a varied value is wrong, else
                with `experiment`.
        """
        document = copy.deepcopy(self.experiment)
        # whole sections come before their parts, and a name before the settings that it brings
        for path in sorted(values, key=lambda path: (path.count("."), not path.endswith(".name"))):
            try:
                put(document, path, copy.deepcopy(values[path]), keeps_same=self.version > 1)
            except PathError as error:
                where = f"space.{path}"
                raise ConfigError("unknown_key", where, f"there is no {where}: {error}") from None
        put(document, "dataset.test_size", 0)
        if pair.fold is not None:
            fold = {"folds": self.folds, "index": pair.fold - 1, "part": "validation"}
            put(document, "dataset.fold", fold)
        document["seed"] = pair.seed
        document["name"] = self.name
        try:
            config = ExperimentConfig.from_dict(document, stored=self.stored)
            shorter = self.rung_count - rung
            if shorter:
                self._shorten(document, config, shorter)
                config = ExperimentConfig.from_dict(document, stored=self.stored)
        except ConfigError as error:
            varied = any(error.field == path or error.field.startswith(f"{path}.") for path in values)
            raise error.within("space" if varied else "experiment") from error
        return config

    def _shorten(self, document: dict[str, Any], config: ExperimentConfig, times: int) -> None:
        """Let an experiment train as long as on an earlier rung."""
        name = "iterations" if config.training.epochs is None else "epochs"
        length = getattr(config.training, name)
        put(document, f"training.{name}", max(1, round(length / self.method["factor"] ** times)))


def _experiment(given: Any, folds: int | None) -> dict[str, Any]:
    """What all trials share. Without folds, validation examples are kept back: a tenth of the training examples, if it
    does not say how many.

    Raises:
        ConfigError: the data set is none, or has too few images.
    """
    demand_object(given, "experiment")
    experiment = copy.deepcopy(dict(given))
    dataset = experiment.get("dataset", {})
    try:
        demand_object(dataset, "dataset")
        if dataset.get("fold") is not None:
            where = "dataset.fold"
            raise ConfigError("range", where, Reason("study_fixed", f"{where} is set by the study's folds"))
        dataset = experiment["dataset"] = {**dataset, "fold": None, "test_size": 0}
        parsed = parse_dataset(dataset)
        if folds is not None:
            fold = {"folds": folds, "index": 0, "part": "validation"}
            parse_dataset({**dataset, "fold": fold})
        elif parsed.validation_size is None:
            dataset["validation_size"] = max(1, parsed.train_images // 10)
            if parsed.train_size is not None:
                room = parsed.source.train_size - parsed.train_size
                dataset["validation_size"] = max(1, min(room, dataset["validation_size"]))
            parse_dataset(dataset)
    except ConfigError as error:
        raise error.within("experiment") from error
    dataset["name"] = parsed.name
    del dataset["fold"]
    experiment.pop("seed", None)
    return experiment


def _is_deep(document: Any) -> bool:
    """Whether a document has more levels than `MAX_DEPTH`."""
    level: list[Any] = [document]
    for _ in range(MAX_DEPTH):
        groups = [part.values() if isinstance(part, Mapping) else part for part in level]
        level = [part for group in groups for part in group if isinstance(part, Mapping | list | tuple)]
        if not level:
            return False
    return True


def _seeds(given: Any) -> tuple[int, ...]:
    one = Field("seeds", "integer", minimum=0, maximum=MAX_SEED)
    if not isinstance(given, list | tuple):
        count = Field("seeds", "integer", minimum=1, maximum=MAX_SEEDS).check(given, "seeds")
        return tuple(range(1, count + 1))
    if not 1 <= len(given) <= MAX_SEEDS:
        text = f"seeds must have 1 to {MAX_SEEDS} numbers, not {len(given)}"
        raise ConfigError("range", "seeds", text, {"minimum": 1, "maximum": MAX_SEEDS})
    seeds = [one.check(seed, f"seeds.{index}") for index, seed in enumerate(given)]
    for index, seed in enumerate(seeds):
        if seed in seeds[:index]:
            text = f"seeds.{index} is there twice: {seed}"
            raise ConfigError("range", f"seeds.{index}", Reason("study_twice", text))
    return tuple(seeds)
