"""Browsing data sets: the API returns exactly what the files contain."""

import base64

import numpy as np
import pytest

from engine import load_dataset
from engine.datasets import cifar, idx, points
from tests.support.folders import find_data_dir


@pytest.fixture(scope="module")
def real():
    """The folder of real data sets."""
    folder = find_data_dir()
    if folder is None:
        pytest.skip("no real data sets on this machine (LOSSROOM_DATA_DIR)")
    return folder


def look(lab, name, **query):
    answer = lab.http.get(f"/api/datasets/{name}/images", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


def refused(lab, name, **query):
    answer = lab.http.get(f"/api/datasets/{name}/images", params=query)
    assert answer.status_code >= 400
    return answer.status_code, answer.json()["error"]


def pixels(answer):
    data = base64.b64decode(answer["pixels"], validate=True)
    return np.frombuffer(data, np.uint8).reshape(-1, *answer["shape"])


def test_cifar10_images_and_labels_are_the_bytes_of_their_file(lab, real):
    if not (real / cifar.TEN.folder).is_dir():
        pytest.skip("no CIFAR-10 files on this machine")
    records = np.fromfile(real / cifar.TEN.folder / "test_batch.bin", np.uint8).reshape(-1, cifar.TEN.record)

    page = look(lab, "cifar10", first=50, count=50)

    assert (page["part"], page["first"], page["total"]) == ("test", 50, len(records))
    assert page["shape"] == [3, 32, 32]
    assert page["class_names"] == list(cifar.TEN.class_names)
    assert page["labels"] == records[50:100, 0].tolist()
    assert pixels(page).tobytes() == records[50:100, 1:].tobytes()


def test_mnist_images_are_the_bytes_of_their_files_up_to_the_last_image(lab, real):
    images = idx.read_idx(real / "mnist" / "train-images-idx3-ubyte.gz")
    labels = idx.read_idx(real / "mnist" / "train-labels-idx1-ubyte.gz")

    page = look(lab, "mnist", part="train", first=59_990, count=1000)

    assert page["total"] == 60_000
    assert page["labels"] == labels[59_990:].tolist()
    assert pixels(page).tobytes() == images[59_990:].tobytes()


def test_digits_have_seventeen_grey_levels_and_fifty_come_by_default(lab):
    page = look(lab, "digits")

    dataset = load_dataset("digits")
    assert (page["part"], page["first"], page["total"]) == ("test", 0, 360)
    assert page["labels"] == dataset.test_labels[:50].tolist()
    sixteenths = np.rint(pixels(page) / 255 * 16)  # 0 to 16
    np.testing.assert_array_equal(sixteenths / 16, dataset.test_images[:50])


@pytest.mark.parametrize("name", [source.name for source in points.SETS])
def test_points_come_with_their_coordinates(lab, name):
    page = look(lab, name, part="train", count=1000)

    dataset = load_dataset(name)
    assert "pixels" not in page
    assert page["shape"] == [2]
    np.testing.assert_array_equal(np.float32(page["points"]), dataset.train_images)
    assert page["labels"] == dataset.train_labels.tolist()
    assert set(page["labels"]) == set(range(len(page["class_names"])))


@pytest.mark.parametrize(
    ("query", "field", "value", "bounds"),
    [
        ({"count": 0}, "count", "0", {"minimum": 1, "maximum": 1000}),
        ({"count": 1001}, "count", "1001", {"minimum": 1, "maximum": 1000}),
        ({"first": -1}, "first", "-1", {"minimum": 0, "maximum": 359}),
        ({"first": 360}, "first", "360", {"minimum": 0, "maximum": 359}),
        ({"part": "validation"}, "part", "'validation'", {"choices": ["test", "train"]}),
    ],
)
def test_an_invalid_query_is_refused_with_field_bounds_and_value(lab, query, field, value, bounds):
    status, error = refused(lab, "digits", **query)

    assert status == 422
    assert error["field"] == field
    assert value in error["message"]
    assert error["bounds"].items() >= bounds.items()


def test_a_non_numeric_count_and_an_unknown_data_set_are_reported(lab):
    status, error = refused(lab, "digits", count="many")
    assert (status, error["field"]) == (422, "count")

    status, error = refused(lab, "butterflies")
    assert (status, error["code"], error["field"]) == (404, "not_found", "name")
    assert "butterflies" in error["message"]
    assert "digits" in error["message"]


def test_a_missing_data_set_is_distinguished_from_a_damaged_one(make_lab, tmp_path):
    lab = make_lab()
    lab.data_dir = tmp_path / "data"
    (lab.data_dir / cifar.TEN.folder).mkdir(parents=True)
    lab.restart()

    status, error = refused(lab, "cifar10")
    assert (status, error["code"], error["field"]) == (404, "not_available", "name")

    for file in ("data_batch_1.bin", "test_batch.bin"):
        (lab.data_dir / cifar.TEN.folder / file).write_bytes(b"cut short")
    status, error = refused(lab, "cifar10")
    assert (status, error["code"]) == (409, "unreadable")
    assert "data_batch_1.bin" in error["message"]


def test_the_look_at_the_data_lesson_names_its_data_set_and_launches_nothing(lab):
    slug = "6b-look-at-the-data"
    (listed,) = [
        lesson for lesson in lab.http.get("/api/lessons").json()["lessons"] if lesson["slug"] == slug
    ]
    assert (listed["runs"], listed["dataset"]) == ([], "cifar10")

    lesson = lab.http.get(f"/api/lessons/{slug}").json()
    assert lesson["experiment"]["dataset"]["name"] == "cifar10"
    summary = lab.post("/api/experiments/summary", experiments=[lesson["experiment"]]).json()
    assert summary["first"]["layers"][0]["output_shape"] == [32, 32, 32]
    assert summary["experiments"][0]["parameters"] == 3_702_186

    before = lab.http.get("/api/runs").json()
    refusal = lab.http.post(f"/api/lessons/{slug}/runs")
    assert (refusal.status_code, refusal.json()["error"]["code"]) == (422, "no_runs")
    assert lab.http.get("/api/runs").json() == before
