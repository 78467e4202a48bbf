"""The loss landscape: its numbers against plain NumPy, its planes, and what cannot be compared."""

from typing import Any

import numpy as np
import pytest

from engine import ConfigError, ExperimentConfig, Trainer
from engine.initializers import INITIALIZERS
from engine.landscape import Options, Survey, demand_same_network
from engine.plane import plane_of_paths, random_plane, snapshot

DIGITS: dict[str, Any] = {
    "dataset": {"name": "digits"},
    "network": {"preset": "mlp", "hidden": [12]},
    "training": {"iterations": 60, "batch_size": 20},
    "optimizer": {"name": "momentum", "learning_rate": 0.05},
    "dtype": "float64",
}
NORMALIZED: dict[str, Any] = {
    "layers": [
        {"type": "conv2d", "filters": 3, "kernel_size": 3},
        {"type": "batch_norm"},
        {"type": "activation", "name": "relu"},
        {"type": "flatten"},
        {"type": "dropout", "rate": 0.2},
        {"type": "dense", "units": 10},
    ]
}


def config_of(**changes):
    return ExperimentConfig.from_dict({**DIGITS, **changes})


def path_of(config, *iterations):
    """A trainer after the last of some iterations, and its snapshots."""
    trainer, points = Trainer(config), []
    for iteration in iterations:
        while trainer.iteration < iteration:
            trainer.step()
        points.append(snapshot(trainer))
    return trainer, points


def surveyed(trainer, paths, **options):
    survey = Survey(trainer.config, trainer.parts.test, paths, Options(**options))
    assert sum(1 for _ in survey.run()) == survey.total == survey.done
    return survey.plane, survey.result


def loss_by_hand(trainer, vector, count):
    """A dense network with one hidden layer, in plain NumPy."""
    part = trainer.parts.test
    x = part.images[:count].reshape(count, -1).astype(np.float64)
    x = x / 255 if part.images.dtype == np.uint8 else x
    parameters = dict(zip(trainer.network.parameters, _split(trainer.network, vector), strict=True))
    hidden = np.maximum(x @ parameters["1.W"] + parameters["1.b"], 0)
    logits = hidden @ parameters["2.W"] + parameters["2.b"]
    logits -= logits.max(axis=1, keepdims=True)
    p = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    return -np.log(p[np.arange(count), part.labels[:count]]).mean()


def _split(network, vector):
    """The parts of a vector that belong to the parameters of a network."""
    before = network.vector.copy()
    network.vector[...] = vector
    values = [values.copy() for values in network.parameters.values()]
    network.vector[...] = before
    return values


def test_the_losses_of_the_grid_and_of_the_paths_are_those_of_the_formulas():
    trainer, path = path_of(config_of(seed=2), 0, 10, 30, 60)
    plane, result = surveyed(trainer, [path], size=5, images=70)
    assert result["images"] == 70
    for row, b in enumerate(result["b"]):
        for column, a in enumerate(result["a"]):
            point = plane.center + a * plane.directions[0] + b * plane.directions[1]
            assert result["losses"][row][column] == pytest.approx(loss_by_hand(trainer, point, 70), rel=1e-9)
    for point, seen in zip(path, result["paths"][0], strict=True):
        assert seen["iteration"] == point.iteration
        assert seen["loss"] == pytest.approx(loss_by_hand(trainer, point.parameters, 70), rel=1e-9)


def test_measuring_draws_no_initial_weights(monkeypatch):
    trainer, path = path_of(
        config_of(network={**DIGITS["network"], "initializer": {"name": "orthogonal"}}), 0, 5
    )
    monkeypatch.delitem(INITIALIZERS, "orthogonal")
    surveyed(trainer, [path], size=5, images=10)


def test_the_plane_of_one_path_has_its_principal_components_and_contains_its_last_point():
    _, path = path_of(config_of(), 0, 5, 20, 40, 60)
    plane = plane_of_paths([path])
    points = np.stack([point.parameters for point in path])
    _, lengths, components = np.linalg.svd(points - points.mean(axis=0), full_matrices=False)
    for direction, component in zip(plane.directions, components, strict=False):
        assert abs(direction @ component) == pytest.approx(1)
    a, b, off = plane.place(path[-1].parameters)
    assert np.allclose([a, b, off], 0, atol=1e-9)
    trainer, _ = path_of(config_of(), 0)
    _, result = surveyed(trainer, [path], size=5, images=10)
    assert result["inside"] == pytest.approx((lengths[:2] ** 2).sum() / (lengths**2).sum())


def test_the_plane_of_two_runs_goes_through_their_start_and_both_ends_and_that_of_three_through_their_ends():
    """Also with batch norm, whose running means are interpolated with the weights."""
    settings = [{"name": "sgd", "learning_rate": 0.1}, {"name": "adam"}, {"name": "rmsprop"}]
    configs = [config_of(network=NORMALIZED, optimizer=optimizer) for optimizer in settings]
    trainers, paths = zip(*(path_of(config, 0, 12, 40) for config in configs), strict=True)
    two = plane_of_paths(paths[:2])
    np.testing.assert_allclose(
        two.directions[:, : two.parameters] @ two.directions[:, : two.parameters].T, np.eye(2), atol=1e-9
    )
    for plane, main in (
        (two, [paths[0][0], paths[0][-1], paths[1][-1]]),
        (plane_of_paths(paths), [path[-1] for path in paths]),
    ):
        for point in main:
            a, b, off = plane.place(point.parameters)
            assert off < 1e-9
            np.testing.assert_allclose(plane.at(a, b), [*point.parameters, *point.running], atol=1e-9)
    _, result = surveyed(trainers[0], paths[:2], size=5, images=30)
    for trainer, path in zip(trainers, result["paths"], strict=False):
        part = trainer.parts.test
        logits = trainer.network.forward(
            part.images[:30].reshape(30, 1, 8, 8) / (255 if part.images.dtype == np.uint8 else 1)
        )
        assert path[-1]["loss"] == pytest.approx(
            trainer.network.loss_of(30).evaluate(logits, part.labels[:30])
        )


def test_random_directions_have_the_norms_of_the_filters_leave_biases_and_follow_from_the_seed():
    trainer, path = path_of(config_of(network=NORMALIZED), 0, 20)
    plane = random_plane(trainer.network, path[-1], seed=5)
    for direction in plane.directions:
        moved = dict(
            zip(
                trainer.network.parameters,
                _split(trainer.network, direction[: plane.parameters]),
                strict=True,
            )
        )
        for name in trainer.network.weight_names.values():
            W, d = trainer.network.parameters[name], moved.pop(name)
            axes = (0,) if W.ndim == 2 else (1, 2, 3)
            np.testing.assert_allclose(
                np.linalg.norm(d if W.ndim == 2 else d.reshape(len(d), -1), axis=0 if W.ndim == 2 else 1),
                np.sqrt((W**2).sum(axis=axes)),
            )
        assert not any(values.any() for values in moved.values())
        assert not direction[plane.parameters :].any()
    again, other = (random_plane(trainer.network, path[-1], seed=seed) for seed in (5, 6))
    np.testing.assert_array_equal(plane.directions, again.directions)
    assert (plane.directions != other.directions).any()
    _, result = surveyed(trainer, [path], directions="random", size=5, images=20)
    assert (result["a"][0], result["a"][-1]) == (-1, 1)
    assert result["losses"][2][2] == pytest.approx(result["paths"][0][-1]["loss"])


def test_a_straight_path_gets_a_second_direction_and_one_that_does_not_move_is_refused():
    _, path = path_of(config_of(), 0, 30)
    plane = plane_of_paths([path])
    np.testing.assert_allclose(plane.directions @ plane.directions.T, np.eye(2), atol=1e-9)
    with pytest.raises(ConfigError, match="not moved"):
        plane_of_paths([path[:1]])
    with pytest.raises(ConfigError, match="not moved"):
        plane_of_paths([path[:1], path[:1]])


def test_weights_that_are_not_finite_are_refused_with_their_iteration():
    trainer, path = path_of(config_of(), 0, 30)
    path[-1].parameters[3] = np.inf
    with pytest.raises(ConfigError, match="iteration 30 are not finite"):
        Survey(trainer.config, trainer.parts.test, [path], Options())


def test_runs_with_another_network_are_refused_and_those_with_other_dropout_or_optimizers_are_not():
    dropped = {
        "layers": [
            {**layer, "rate": 0.5} if layer["type"] == "dropout" else layer for layer in NORMALIZED["layers"]
        ]
    }
    demand_same_network(
        [config_of(network=NORMALIZED), config_of(network=dropped, optimizer={"name": "adam"})]
    )
    with pytest.raises(ConfigError, match="another network") as error:
        demand_same_network([config_of(), config_of(network=NORMALIZED)])
    assert error.value.field == "runs.1"


@pytest.mark.parametrize("directions", ["paths", "random"])
def test_with_batch_norm_the_loss_is_finite_also_beyond_the_paths(directions):
    """A straight line through the variances becomes negative there."""
    network = {
        "layers": [
            {"type": "dense", "units": 16},
            {"type": "batch_norm"},
            {"type": "activation", "name": "relu"},
            {"type": "dense", "units": 10},
        ]
    }
    trainer, path = path_of(config_of(network=network), *range(0, 100, 4))
    _, result = surveyed(trainer, [path], size=9, images=60, directions=directions)
    assert np.isfinite(np.array(result["losses"], float)).all()
    assert 0 <= result["inside"] <= 1
