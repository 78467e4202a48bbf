"""A fork before it is stored: a run up to an iteration, and the experiment with which it goes on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.answers.runs import Origin, TrainedOn
from app.errors import Invalid
from app.estimate import expected_seconds
from app.jobs.messages import Checkpoint
from app.jobs.moment import Moment
from app.runs import Run
from app.trainings import Status, Training, changed_values
from engine import ConfigError, ExperimentConfig
from engine.fork import check_fork
from engine.live import as_changed
from engine.reasons import Reason
from engine.stretches import MAX_STRETCHES, too_many
from engine.summary import Summary, summarize
from engine.trainer import DEAD_AFTER


@dataclass(frozen=True, slots=True)
class Wish:
    """How a run is to be forked.

    Attributes:
        iteration: the last one that the fork shares with the run.
        changes: of the run's experiment; see `merged`.
        seed: of the random numbers from there on; None: those that the run would draw.
        name: of the new run; None: that of the run.
        origin: what the new run says that it is a fork of; None: the run.
    """

    iteration: int
    changes: Mapping[str, Any]
    seed: int | None = None
    name: str | None = None
    origin: Origin | None = None


@dataclass(frozen=True, slots=True)
class Fork:
    """A fork that can be made.

    Attributes:
        run: its origin.
        config: what is trained from the fork on.
        stretches: what is trained before.
        changes_nothing: whether it is the experiment of its origin, which goes on as it would.
    """

    run: Run
    wish: Wish
    config: ExperimentConfig
    summary: Summary
    stretches: list[dict[str, Any]]
    changes_nothing: bool

    @property
    def origin(self) -> Training:
        return self.run.training

    @property
    def name(self) -> str:
        return self.wish.name or self.config.name or "run"

    def annotations(self) -> list[dict[str, Any]]:
        """What happened to the origin before the fork."""
        return [note for note in self.origin.annotations if _lies_before(note, self.wish.iteration)]

    def machines(self) -> list[TrainedOn]:
        """The machines of a cluster on which the origin trained before the fork."""
        return [machine for machine in self.origin.machines if machine["iteration"] < self.wish.iteration]

    def checkpoints(self) -> list[Checkpoint]:
        """The checkpoints of the origin from which the fork can go on, newest first. One at the iteration of the fork
        is left out if the origin was changed by hand or forked there: it may contain that."""
        until = self.wish.iteration
        changed = any(
            note["kind"] == "live" and note["iteration"] == until for note in self.origin.annotations
        ) or any(stretch["until"] == until for stretch in self.origin.stretches)
        fit = [
            checkpoint
            for checkpoint in self.origin.checkpoints
            if checkpoint["iteration"] < until or (checkpoint["iteration"] == until and not changed)
        ]
        return sorted(fit, key=lambda checkpoint: checkpoint["iteration"], reverse=True)

    def seconds(self) -> float:
        """How long it takes on a free core, roughly: from the nearest checkpoint through the fork to the end."""
        begin = max((checkpoint["iteration"] for checkpoint in self.checkpoints()), default=0)
        trained = [
            (ExperimentConfig.from_dict(stretch["config"], stored=True), stretch["until"])
            for stretch in self.stretches
        ]
        seconds = 0.0
        for config, end in [*trained, (self.config, self.config.iterations)]:
            seconds += max(0, end - begin) / config.iterations * expected_seconds(config, self.summary)
            begin = max(begin, end)
        return seconds


def plan(run: Run, wish: Wish) -> Fork:
    """The fork of a run.

    Raises:
        Invalid: the run has no such iteration, or no weights there.
        ConfigError: the fork's experiment is not valid, or changes what cannot change; it names the field.
    """
    training, until = run.training, wish.iteration
    Moment.of(training, until)
    if training.status is Status.DIVERGED and until == training.iteration:
        text = f"this run diverged at iteration {until:,}: there are no finite weights to go on from"
        reason = Reason("fork_diverged", text, iteration=until)
        raise Invalid(reason, code="range", field="iteration", bounds={"minimum": 0, "maximum": until - 1})
    before = [stretch for stretch in training.stretches if stretch["until"] < until]
    # the stretch that ends here or later, if the run was forked itself
    stretch_here = training.stretches[len(before)] if len(before) < len(training.stretches) else None
    trained = training.config if stretch_here is None else stretch_here["config"]
    # complete, also where an earlier version stored it
    own = ExperimentConfig.from_dict({**training.config, "name": run.name}, stored=True).to_dict()
    base = as_changed(own, by_hand(training, until)) if stretch_here is None else own
    config = _with_dropout(_changed(base, wish.changes), base)
    check_fork(ExperimentConfig.from_dict(trained, stored=True), config, until)
    seed = (
        stretch_here["seed"]
        if stretch_here and stretch_here["until"] == until and wish.seed is None
        else wish.seed
    )
    stretches = [*before, {"until": until, "config": trained, "seed": seed}]
    if stretch_here is None and seed is None and _same(config.to_dict(), base):
        unchanged = {**own, "name": config.name}
        stretches, config = before, ExperimentConfig.from_dict(unchanged, stored=True)
    if len(stretches) > MAX_STRETCHES:
        raise too_many("iteration")
    changes_nothing = stretches == training.stretches and _same(config.to_dict(), own)
    return Fork(run, wish, config, summarize(config), stretches, changes_nothing)


def _changed(base: Mapping[str, Any], changes: Mapping[str, Any]) -> ExperimentConfig:
    """The experiment of a run with changes. A value that earlier versions accepted may stay, but not be chosen anew.

    Raises:
        ConfigError: it is not valid.
    """
    document = merged(base, changes)
    try:
        return ExperimentConfig.from_dict(document)
    except ConfigError as error:
        if _value_at(document, error.field) != _value_at(base, error.field):
            raise
        return ExperimentConfig.from_dict(document, stored=True)


def _value_at(document: Any, path: str) -> Any:
    """The value at a path such as `network.layers.0.epsilon`; None: there is none."""
    for key in path.split("."):
        if isinstance(document, list) and key.isdigit() and int(key) < len(document):
            document = document[int(key)]
        else:
            document = document.get(key) if isinstance(document, Mapping) else None
    return document


def merged(experiment: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """An experiment with changes, object by object. Where the name of a part changes, such as the optimizer's, it is
    replaced: another optimizer has other settings. A length in iterations replaces one in epochs."""
    experiment = dict(experiment)
    training = changes.get("training")
    if isinstance(training, Mapping) and any(
        training.get(name) is not None for name in ("iterations", "epochs")
    ):
        kept = {k: v for k, v in experiment["training"].items() if k not in ("iterations", "epochs")}
        experiment["training"] = kept
    return {**experiment, **{key: _merged(experiment.get(key), value) for key, value in changes.items()}}


def _with_dropout(config: ExperimentConfig, base: Mapping[str, Any]) -> ExperimentConfig:
    """An experiment with all dropout layers of `base`: one that is missing drops nothing, as a rate of 0 describes."""
    document = config.to_dict()
    network = document["network"]
    layers = _dropout_kept(network["layers"], base["network"]["layers"])
    if layers == network["layers"]:
        return config
    return ExperimentConfig.from_dict(
        {**document, "name": config.name, "network": {**network, "layers": layers}}, stored=True
    )


def _dropout_kept(layers: list[dict[str, Any]], before: list[dict[str, Any]]) -> list[dict[str, Any]]:
    rest, kept = list(layers), []
    for old in before:
        if old["type"] == "dropout" and (not rest or rest[0]["type"] != "dropout"):
            kept.append({**old, "rate": 0.0})
        elif rest:
            new = rest.pop(0)
            if old["type"] == new["type"] == "residual":
                new = {**new, "layers": _dropout_kept(new["layers"], old["layers"])}
            kept.append(new)
    return kept + rest


def _merged(before: Any, changes: Any) -> Any:
    if not (isinstance(before, Mapping) and isinstance(changes, Mapping)):
        return changes
    if before.get("name") != changes.get("name", before.get("name")):
        return changes
    return {**before, **{key: _merged(before.get(key), value) for key, value in changes.items()}}


def by_hand(training: Training, until: int) -> dict[str, float]:
    """What was changed by hand in the last stretch, before an iteration."""
    since = training.stretches[-1]["until"] if training.stretches else 0
    values: dict[str, float] = {}
    for note in training.annotations:
        if note["kind"] == "live" and since <= note["iteration"] < until:
            values.update(changed_values(note))
    return values


def _lies_before(note: Mapping[str, Any], until: int) -> bool:
    """Whether a trainer knows at iteration `until` of what happened. A change by hand there is made after the fork."""
    iteration: int = note["iteration"]
    if note["kind"] == "dead":  # noticed after some more iterations
        return iteration + DEAD_AFTER - 1 <= until
    return iteration < until


def _same(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two experiments are equal but for their names."""
    return {**one, "name": ""} == {**other, "name": ""}
