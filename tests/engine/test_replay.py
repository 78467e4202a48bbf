"""Any moment of a training can be replayed: the trainer is there as it was, bit for bit."""

import io
import random
from typing import Any

import numpy as np
import pytest

from engine import ConfigError, ExperimentConfig, Trainer
from engine.fork import fork
from engine.live import Change
from engine.replay import Cancelled, Replay
from engine.stretches import MAX_STRETCHES, Stretch, parse_stretches
from tests.support.reasons import reason_in

MLP = {"preset": "mlp", "hidden": [12, 8], "activation": "relu"}
CONV = {
    "layers": [
        {"type": "conv2d", "filters": 3, "kernel_size": 3},
        {"type": "activation", "name": "relu"},
        {"type": "max_pool2d", "size": 2},
        {"type": "flatten"},
        {"type": "dense", "units": 10},
    ]
}
NORMALIZED = {
    "layers": [
        {"type": "dense", "units": 12},
        {"type": "batch_norm"},
        {"type": "activation", "name": "relu"},
        {"type": "dropout", "rate": 0.3},
        {"type": "dense", "units": 10},
    ]
}

#: what is trained → sections of its experiment
TRAININGS: dict[str, dict[str, Any]] = {
    "dense": {"network": MLP, "optimizer": {"name": "adam"}},
    "convolutional": {"network": CONV, "optimizer": {"name": "momentum"}},
    "batch norm and dropout": {"network": NORMALIZED, "optimizer": {"name": "nadam"}},
    "augmentation": {"network": MLP, "dataset": {"augment": {"shift": 1}}},
    "epochs and a schedule": {
        "network": MLP,
        "dataset": {"train_size": 250},
        "training": {
            "epochs": 20,
            "batch_size": 50,
            "sampling": "epochs",
            "schedule": {"name": "cosine"},
        },
    },
    "early stopping": {
        "network": MLP,
        "dataset": {"train_size": 60, "test_size": 100},
        "optimizer": {"name": "adam", "learning_rate": 0.01},
        "training": {"iterations": 200, "early_stopping": {"patience": 4}},
    },
    "divergence": {
        "network": {"preset": "mlp", "hidden": [12, 8], "activation": "identity"},
        "optimizer": {"name": "sgd", "learning_rate": 100},
    },
}


def experiment(name: str) -> ExperimentConfig:
    sections = TRAININGS[name]
    training = {"batch_size": 20, "evaluate_every": 5, **sections.get("training", {})}
    if "epochs" not in training:
        training.setdefault("iterations", 100)
    return ExperimentConfig.from_dict(
        {**sections, "training": training, "dataset": {"name": "digits", **sections.get("dataset", {})}}
    )


def contents(checkpoint: bytes) -> dict[str, bytes]:
    with np.load(io.BytesIO(checkpoint), allow_pickle=False) as archive:
        return {name: archive[name].tobytes() for name in archive.files}


#: what changes at a fork → the sections
FORKS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("another optimizer", {"optimizer": {"name": "sgd", "learning_rate": 0.1}}),
    ("more iterations", {"training": {"iterations": 400}}),
    ("another batch size", {"training": {"batch_size": 33}}),
    ("a penalty", {"regularization": {"l1": 0.001}}),
    ("nothing but the seed", {}),
)


def changed(config: ExperimentConfig, sections: dict[str, Any]) -> ExperimentConfig:
    document = config.to_dict()
    for name, values in sections.items():
        document[name] = values if "name" in values else {**document[name], **values}
        if values.get("iterations"):
            document[name].pop("epochs", None)
    return ExperimentConfig.from_dict(document)


class Steps:
    """Counts the iterations of a replay, and cancels it after `most`."""

    def __init__(self, most: int = 10_000) -> None:
        self.count = 0
        self.most = most

    def __call__(self) -> bool:
        self.count += 1
        return self.count > self.most


def moments(config, dataset, changes=()) -> list[dict[str, bytes]]:
    """What the trainer is at each iteration, from a training that is recorded as usual."""
    trainer = Trainer(config, dataset)
    all_moments = [contents(trainer.checkpoint())]
    for change in (*changes, None):
        while not trainer.done and (change is None or trainer.iteration < change.iteration):
            trainer.advance()
            all_moments.append(contents(trainer.checkpoint()))
        if change is not None:
            trainer.set_live(**change.values)
    return all_moments


@pytest.mark.parametrize("name", TRAININGS)
def test_any_moment_is_as_it_was_in_whatever_order_moments_are_asked_for(digits, name):
    config = experiment(name)
    expected = moments(config, digits)
    assert len(expected) > 4
    dice = random.Random(name)
    replay = Replay(config, digits)
    for iteration in [len(expected) - 1, 0, *(dice.randrange(len(expected)) for _ in range(12))]:
        assert contents(replay.at(iteration).checkpoint()) == expected[iteration], iteration


def test_changes_by_hand_are_made_again_where_they_were_made(digits):
    config = experiment("dense")
    changes = (Change(20, {"learning_rate": 0.01}), Change(20, {"l2": 0.1}), Change(61, {"l2": 0.0}))
    expected = moments(config, digits, changes)
    replay = Replay(config, digits, changes=changes)
    for iteration in (70, 19, 20, 21, 61, 62, 100, 20):
        assert contents(replay.at(iteration).checkpoint()) == expected[iteration], iteration


def test_a_kept_checkpoint_is_where_the_replay_begins(digits):
    config = experiment("batch norm and dropout")
    recorded = Trainer(config, digits)
    while recorded.iteration < 60:
        recorded.advance()
    read = []

    def checkpoint() -> bytes:
        read.append(60)
        return recorded.checkpoint()

    replay = Replay(config, digits, checkpoints={60: checkpoint, 80: lambda: None})
    steps = Steps()
    trainer = replay.at(82, is_cancelled=steps)
    assert (read, steps.count) == ([60], 22)  # the file of iteration 80 is lost
    assert contents(trainer.checkpoint()) == moments(config, digits)[82]


def test_moments_beside_each_other_take_few_steps_and_checkpoints_stay_within_their_bound(digits):
    config = experiment("dense")
    size = len(Trainer(config, digits).checkpoint())
    for kept, most in ((16 << 20, 10), (4 * size, 64), (0, 100)):
        replay = Replay(config, digits, kept_bytes=kept)
        replay.at(100)
        steps = Steps()
        for iteration in (57, 33, 95):
            replay.at(iteration, is_cancelled=steps)
        assert steps.count <= 3 * most
        assert sum(map(len, replay._kept.values())) <= kept


def test_a_moment_that_a_training_does_not_have_is_refused_with_its_bound(digits):
    replay = Replay(experiment("divergence"), digits)
    with pytest.raises(ValueError, match="iteration must be 0 or more; it is -1"):
        replay.at(-1)
    last = len(moments(experiment("divergence"), digits)) - 1
    with pytest.raises(ValueError, match=f"ended at iteration {last:,}; there is no iteration 100"):
        replay.at(100)


def test_a_replay_that_is_cancelled_goes_on_from_where_it_was(digits):
    replay = Replay(experiment("dense"), digits)
    with pytest.raises(Cancelled):
        replay.at(100, is_cancelled=Steps(most=37))
    rest = Steps()
    replay.at(40, is_cancelled=rest)
    assert rest.count == 3


@pytest.mark.parametrize("name", [name for name in TRAININGS if name != "divergence"])
def test_any_moment_of_a_fork_of_a_fork_is_as_it_was_before_and_after_each_fork(digits, name):
    dice = random.Random(name)
    config = experiment(name)
    expected = moments(config, digits)
    stretches: list[Stretch] = []
    trainer = Trainer(config, digits)
    for _ in range(3):
        here = trainer.iteration
        while trainer.iteration < here + dice.randint(1, 15) and not trainer.done:
            trainer.advance()
        seed = dice.choice([None, 5])
        stretches.append(Stretch(trainer.iteration, config, seed))
        config = changed(config, dice.choice(FORKS)[1])
        trainer = fork(trainer, config, digits, seed=seed)
        del expected[trainer.iteration + 1 :]
        while not trainer.done:
            trainer.advance()
            expected.append(contents(trainer.checkpoint()))
        trainer = Replay(config, digits, stretches=stretches).at(stretches[-1].until + 2)
    stored = parse_stretches([stretch.to_dict() for stretch in stretches], config)
    assert list(stored) == stretches
    replay = Replay(config, digits, stretches=stored)
    last = len(expected) - 1
    for iteration in [
        last,
        *(stretch.until for stretch in stretches),
        *(dice.randint(0, last) for _ in range(8)),
    ]:
        assert contents(replay.at(iteration).checkpoint()) == expected[iteration], iteration


@pytest.mark.parametrize(
    ("stretches", "field", "bounds"),
    [
        (7, "stretches", None),
        ([7], "stretches.0", None),
        ([{"until": 5}], "stretches.0.config", {}),
        ([{"config": {}}], "stretches.0.until", {"minimum": 0, "maximum": 10_000_000}),
        ([{"until": -1, "config": {}}], "stretches.0.until", {"minimum": 0, "maximum": 10_000_000}),
        ([{"until": 101, "config": {}}], "stretches.0.until", {"maximum": 100}),
        ([{"until": 9, "config": {}}, {"until": 9, "config": {}}], "stretches.1.until", {"minimum": 10}),
        ([{"until": 5, "config": {}, "seed": -1}], "stretches.0.seed", {"minimum": 0, "maximum": 2**32 - 1}),
        ([{"until": 5, "config": {"seed": 1}}], "seed", None),
        (
            [{"until": 5, "config": {}}, {"until": 6, "config": {"seed": 1}}],
            "stretches.1.config.seed",
            None,
        ),
        ([{"until": 5, "config": {"optimizer": {"name": "?"}}}], "stretches.0.config.optimizer.name", ...),
        ([{"until": 5, "config": {}, "lineage": 1}], "stretches.0.lineage", ...),
        ([{}] * (MAX_STRETCHES + 1), "stretches", {"maximum": MAX_STRETCHES}),
    ],
)
def test_stretches_that_no_training_can_have_are_refused_with_the_field(stretches, field, bounds):
    config = experiment("dense")
    document = config.to_dict()
    if isinstance(stretches, list):
        stretches = [
            {**stretch, "config": {**document, **stretch["config"]}}
            if isinstance(stretch, dict) and "config" in stretch
            else stretch
            for stretch in stretches
        ]
    with pytest.raises(ConfigError) as error:
        parse_stretches(stretches, config)
    assert error.value.field == field
    if bounds is not ...:
        assert error.value.bounds == bounds
    if field in ("seed", "stretches.1.config.seed"):
        assert reason_in(error.value.message).code == "fork_fixed"
