"""Stretches: the parts of a training that lie before its forks, each with the experiment that was trained there.

With its stretches, a fork can be trained again from the start, bit for bit. The training that it was forked from is not
needed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.config import ExperimentConfig
from engine.errors import ConfigError
from engine.fields import REQUIRED, Field, demand_object, join, parse
from engine.fork import check_fork
from engine.reasons import Reason

#: The most stretches of a training.
MAX_STRETCHES = 100

FIELDS = (
    Field("until", "integer", REQUIRED, minimum=0, maximum=10_000_000),
    Field("config", "object", REQUIRED),
    Field("seed", "integer", None, minimum=0, maximum=2**32 - 1, nullable=True),
)


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of a training, up to a fork.

    Attributes:
        until: the iteration of the fork that ends it.
        config: the experiment that is trained up to there. What comes after is trained by the next stretch, or by the
            training's own experiment.
        seed: of the random numbers after the fork that ends this stretch; None: the random numbers go on as if there
            had been no fork.
    """

    until: int
    config: ExperimentConfig
    seed: int | None = None

    def to_dict(self) -> dict[str, Any]:
        """As JSON; `parse_stretches` reads it."""
        return {"until": self.until, "config": self.config.to_dict(), "seed": self.seed}


def parse_stretches(given: Any, config: ExperimentConfig, own_path: str = "") -> tuple[Stretch, ...]:
    """The stretches of a training whose experiment after the last fork is `config`, from JSON.

    Args:
        own_path: where that experiment is in the document; that of the stretches is `stretches`.

    Raises:
        ConfigError: a stretch is wrong, or an experiment cannot go on where the stretch before it ends. It names the
            field, the bound and the value.
    """
    path = "stretches"
    if not isinstance(given, list | tuple):
        raise ConfigError("type", path, f"{path} must be a list")
    if len(given) > MAX_STRETCHES:
        raise too_many(path)
    stretches: list[Stretch] = []
    for index, one in enumerate(given):
        where = join(path, str(index))
        values = parse(FIELDS, one, where)
        earliest = stretches[-1].until + 1 if stretches else 0
        if values["until"] < earliest:
            text = f"{where}.until must be at least {earliest:,}, not {values['until']:,}: forks follow each other"
            raise ConfigError("range", f"{where}.until", text, {"minimum": earliest})
        try:
            # it may have been trained by an earlier version: rules that were added later do not count
            values["config"] = ExperimentConfig.from_dict(values["config"], stored=True)
        except ConfigError as error:
            raise error.within(f"{where}.config") from error
        most = values["config"].iterations
        if values["until"] > most:
            text = f"{where}.until must be at most {most:,}, the iterations of its experiment, not {values['until']:,}"
            raise ConfigError("range", f"{where}.until", text, {"maximum": most})
        stretches.append(Stretch(**values))
    for index, (one, following) in enumerate(zip(stretches, _following(stretches, config), strict=True)):
        try:
            check_fork(one.config, following, one.until)
        except ConfigError as error:
            following_path = own_path if index + 1 == len(stretches) else join(path, f"{index + 1}.config")
            raise (error.within(following_path) if following_path else error) from error
    return tuple(stretches)


def with_stretches(document: Mapping[str, Any], stretches: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """An experiment file. `document` is the experiment after the last fork; without stretches it stays as it is."""
    return {**document, "stretches": list(stretches)} if stretches else dict(document)


def parse_forked(document: Mapping[str, Any]) -> tuple[ExperimentConfig, tuple[Stretch, ...]]:
    """The experiment and the stretches of an experiment file that may hold a fork.

    Raises:
        ConfigError: something in it is wrong; it names the field.
    """
    demand_object(document, "")
    document = dict(document)
    stretches = document.pop("stretches", [])
    config = ExperimentConfig.from_dict(document)
    return config, parse_stretches(stretches, config)


def too_many(path: str) -> ConfigError:
    """The error for a training that would have more stretches than are allowed."""
    text = f"a training can have {MAX_STRETCHES} forks behind it, one after the other, and no more"
    return ConfigError(
        "range", path, Reason("too_many_forks", text, most=MAX_STRETCHES), {"maximum": MAX_STRETCHES}
    )


def forks(stretches: Sequence[Stretch], config: ExperimentConfig) -> list[tuple[Stretch, ExperimentConfig]]:
    """Each stretch with the experiment that goes on where it ends."""
    return list(zip(stretches, _following(stretches, config), strict=True))


def _following(stretches: Sequence[Stretch], config: ExperimentConfig) -> list[ExperimentConfig]:
    return [*(stretch.config for stretch in stretches[1:]), config] if stretches else []
