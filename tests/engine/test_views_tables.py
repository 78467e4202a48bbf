"""Views of a training on a table: the plane of two columns, and the rows that it takes for another class."""

import numpy as np
import pytest

from engine import ConfigError, ExperimentConfig, Trainer, datasets
from engine.datasets import own
from engine.views import check, see

COLUMNS = ("length", "width", "weight")
MEANS, DEVIATIONS = np.array([10.0, -4.0, 300.0]), np.array([2.0, 0.5, 40.0])


def write_table(folder, units=tuple(zip(MEANS, DEVIATIONS, strict=True))):
    """Two kinds of leaves whose weight tells them apart, but not always."""
    generator = np.random.default_rng(5)

    def rows(count):
        labels = generator.integers(0, 2, count)
        values = generator.normal(0, 1, (count, 3)) + labels[:, None] * [0.3, 0, 1.5]
        return values.astype(np.float32), labels.astype(np.intp)

    (x, y), (test_x, test_y) = rows(200), rows(60)
    arrays = own.Arrays(train_images=x, train_labels=y, test_images=test_x, test_labels=test_y)
    about = own.About(
        shape=(3,),
        class_names=("oak", "beech"),
        columns=COLUMNS,
        units=units,
        train_size=200,
        test_size=60,
        origin="csv",
        digest=own.digest_of(arrays, ("oak", "beech"), COLUMNS),
    )
    own.look_in(folder)
    return own.write(folder, about, arrays).name


@pytest.fixture(scope="module")
def trainer(tmp_path_factory):
    name = write_table(tmp_path_factory.mktemp("own-data"))
    config = ExperimentConfig.from_dict(
        {
            "dataset": {"name": name},
            "network": {"preset": "mlp", "hidden": [8]},
            "optimizer": {"name": "adam", "learning_rate": 0.01},
        }
    )
    trainer = Trainer(config, dataset=datasets.load_dataset(name))
    for _ in range(60):
        trainer.step()
    return trainer


def look(trainer, kind, **options):
    return see(trainer, kind, check(kind, options, trainer.config))


def test_a_boundary_shows_two_columns_and_all_others_have_their_mean(trainer):
    view = look(trainer, "boundary", size=10, x=2, y=0)
    rows = trainer.parts.train.images
    extent = view.facts["extent"]
    assert extent["left"] < rows[:, 2].min()
    assert extent["right"] > rows[:, 2].max()
    assert extent["bottom"] < rows[:, 0].min()
    assert extent["top"] > rows[:, 0].max()
    # the cell in row 1 from the top, column 7
    place = np.empty(3)
    place[2] = extent["left"] + 7.5 / 10 * (extent["right"] - extent["left"])
    place[0] = extent["top"] - 1.5 / 10 * (extent["top"] - extent["bottom"])
    place[1] = rows[:, 1].astype(np.float64).mean()
    twin = Trainer(
        trainer.config, dataset=datasets.load_dataset(trainer.config.dataset.name), fast=False
    ).network
    twin.vector[...] = trainer.network.vector
    logits = twin.forward(place[None].astype(np.float32)).astype(np.float64)
    e = np.exp(logits - logits.max())
    np.testing.assert_allclose(view.arrays["probabilities"][:, 1, 7], (e / e.sum())[0], rtol=1e-4)


def test_its_axes_are_in_the_units_of_the_table(trainer):
    facts = look(trainer, "boundary", x=2, y=0).facts
    assert facts["columns"] == list(COLUMNS)
    assert facts["axes"][0]["low"] == pytest.approx(facts["extent"]["left"] * 40 + 300, rel=1e-5)
    assert facts["axes"][1]["high"] == pytest.approx(facts["extent"]["top"] * 2 + 10, rel=1e-5)


@pytest.mark.parametrize(
    ("options", "field"), [({"x": 3}, "x"), ({"y": 9}, "y"), ({"x": 1, "y": 1}, "y"), ({"x": 1}, "y")]
)
def test_missing_columns_and_one_column_twice_are_refused(trainer, options, field):
    with pytest.raises(ConfigError) as error:
        check("boundary", options, trainer.config)
    assert error.value.field == field


def test_the_rows_that_are_mistaken_come_in_the_units_of_the_table(trainer):
    view = look(trainer, "mistakes", count=5)
    rows, indices = view.arrays["rows"], view.arrays["indices"]
    assert len(rows) == 5
    wanted = trainer.parts.test.images[indices] * DEVIATIONS + MEANS
    np.testing.assert_allclose(rows, wanted, rtol=1e-5)
    assert view.facts["columns"] == list(COLUMNS)
    assert (view.arrays["labels"] != view.arrays["predictions"]).all()


def test_a_table_has_no_images_to_draw_on(trainer):
    with pytest.raises(ConfigError, match="has none"):
        check("digit", {"pixels": "AAAA"}, trainer.config)


def test_of_a_table_with_very_many_columns_fewer_rows_are_shown_at_once():
    wide = np.zeros((300, 1000), np.float32)
    labels = np.arange(300, dtype=np.intp) % 2
    dataset = datasets.Dataset(
        name="wide",
        train_images=wide,
        train_labels=labels,
        test_images=wide,
        test_labels=labels,
        class_names=("A", "B"),
    )
    assert len(datasets.sample(dataset, count=300).values) == 100
