"""What a network makes of images: confusion, mistakes, drawn digits."""

import numpy as np
import pytest

from engine import ConfigError
from engine.layers.dense import Dense
from engine.views import check
from tests.engine.view_moments import DRAWN, PIXELS, TRAININGS, Moment, experiment, moment_of


@pytest.fixture(params=TRAININGS)
def moment(request):
    return moment_of(request.param)


@pytest.fixture
def dense():
    return moment_of("dense")


def test_a_confusion_matrix_counts_what_the_network_says_of_each_test_image(moment):
    seen = moment.see("confusion")
    labels = moment.trainer.parts.test.labels
    classes = len(moment.trainer.class_names)
    counts = np.zeros((classes, classes), int)
    for label, p in zip(labels, moment.probabilities(moment.images("test")), strict=True):
        counts[label, p.argmax()] += 1
    np.testing.assert_array_equal(seen.arrays["counts"], counts)
    assert seen.facts["sample"] == seen.facts["total"] == len(labels)
    for number, facts in enumerate(seen.facts["classes"]):
        assert facts["name"] == moment.trainer.class_names[number]
        assert facts["count"] == counts[number].sum()
        assert facts["accuracy"] == pytest.approx(counts[number, number] / counts[number].sum())
    worst = seen.facts["commonest"]
    np.fill_diagonal(counts, 0)
    assert worst["count"] == counts.max() == counts[worst["truth"], worst["predicted"]]


def test_the_accuracy_of_a_confusion_matrix_is_that_of_the_curves_for_each_part(dense):
    curves = dense.trainer.evaluate(whole=False)
    for part, images in (("train", 200), ("test", 360), ("validation", 150)):
        seen = dense.see("confusion", part=part)
        assert seen.facts["accuracy"] == getattr(curves, f"{part}_accuracy")
        assert seen.facts["sample"] == images


def test_validation_images_that_there_are_not_are_refused():
    with pytest.raises(ConfigError, match="no validation examples") as error:
        check("confusion", {"part": "validation"}, experiment("points"))
    assert error.value.field == "part"


def expected_mistakes(p, labels, truth, predicted):
    """The places of the images of one cell, or of all mistakes, in the order in which they are shown."""
    rights = truth is not None and truth == predicted
    found = []
    for place, (label, row) in enumerate(zip(labels, p, strict=True)):
        says = int(row.argmax())
        if (says == label) == rights and truth in (None, label) and predicted in (None, says):
            found.append((row[says] if rights else -row[says], place))
    return [place for _, place in sorted(found)]


def test_mistakes_are_the_images_of_a_cell_the_surest_first(moment):
    p = moment.probabilities(moment.images("test"))
    labels = moment.trainer.parts.test.labels
    for truth, predicted in ((None, None), (1, None), (None, 0), (0, 1), (1, 1)):
        seen = moment.see("mistakes", truth=truth, predicted=predicted, count=7)
        expected = expected_mistakes(p, labels, truth, predicted)
        indices = seen.arrays["indices"]
        assert seen.facts["total"] == len(expected)
        assert len(indices) == min(7, len(expected))
        assert set(indices) <= set(expected)
        # images that are equally sure up to rounding may change places
        np.testing.assert_allclose(
            p[indices].max(axis=1), p[expected[:7]].max(axis=1), rtol=1e-4, err_msg=str((truth, predicted))
        )
        np.testing.assert_allclose(seen.arrays["probabilities"], p[indices], rtol=1e-3, atol=1e-6)
        np.testing.assert_array_equal(seen.arrays["labels"], labels[indices])
        np.testing.assert_array_equal(seen.arrays["predictions"], p[indices].argmax(axis=1))
        if "points" in seen.arrays:
            np.testing.assert_array_equal(seen.arrays["points"], moment.images("test")[indices])
        else:
            np.testing.assert_array_equal(
                seen.arrays["images"], np.rint(moment.images("test")[indices] * 255)
            )


def test_mistakes_are_in_order_also_where_their_probability_rounds_to_1():
    sure = Moment("dense")
    last = sure.trainer.network.layers[-1]
    assert isinstance(last, Dense)
    last.W *= 1000
    seen = sure.see("mistakes", count=200)
    logits = sure.twin().forward(sure.images("test")[seen.arrays["indices"]]).astype(np.float64)
    lead = np.diff(np.sort(logits, axis=1)[:, -2:], axis=1)[:, 0]
    certain = lead[(lead > 40) & (lead < 700)]  # p rounds to 1, and its logarithm does not round to 0
    assert len(certain) > 20
    assert (np.diff(certain) <= 0.01).all()


def test_mistakes_in_training_are_judged_by_the_labels_that_it_learns_from(dense):
    """Their indices are places among the training images, of which only a sample is looked at."""
    seen = dense.see("mistakes", part="train", count=50)
    indices = seen.arrays["indices"]
    assert seen.facts["sample"] == 200
    assert indices.max() >= 200
    p = dense.probabilities(dense.images("train")[indices])
    np.testing.assert_allclose(seen.arrays["probabilities"], p, rtol=1e-3, atol=1e-6)
    clean = dense.trainer.parts.train.labels[indices]
    assert (seen.arrays["labels"] != clean).any()  # a fifth of the labels are wrong
    counts = dense.see("confusion", part="train").arrays["counts"]
    assert seen.facts["total"] == counts.sum() - np.trace(counts)


def test_a_class_that_there_is_not_is_refused():
    for name in ("truth", "predicted"):
        with pytest.raises(ConfigError, match=f"{name} must be at most 2") as error:
            check("mistakes", {name: 3}, experiment("points"))
        assert error.value.field == name
        assert error.value.bounds == {"maximum": 2}


def test_a_drawn_digit_gets_the_probabilities_of_an_image_with_those_pixels(dense):
    seen = dense.see("digit", pixels=PIXELS)
    image = np.frombuffer(DRAWN, np.uint8).reshape(1, 1, 8, 8) / np.float32(255)
    expected = dense.probabilities(image)[0]
    np.testing.assert_allclose(seen.arrays["probabilities"], expected, rtol=1e-4)
    assert seen.facts["predicted"] == expected.argmax()


@pytest.mark.parametrize(
    ("pixels", "what"),
    [("AAAA", "must be 64 bytes"), ("%%%%", "base64"), ("あ", "base64"), ("A" * 500_000, "at most")],
)
def test_pixels_that_are_no_image_of_the_data_set_are_refused(pixels, what):
    with pytest.raises(ConfigError, match=what) as error:
        check("digit", {"pixels": pixels}, experiment("dense"))
    assert error.value.field == "pixels"


def test_points_have_no_pixels():
    with pytest.raises(ConfigError, match="data set of images"):
        check("digit", {"pixels": PIXELS}, experiment("points"))
