"""Own data sets for tests: files of two classes, and what a person does with them in a lab."""

import io
from typing import Any

import httpx
import numpy as np

from engine.datasets import own
from tests.support.class_lab import PersonClient
from tests.support.lab_server import LabServer

Client = PersonClient | LabServer


def npz(seed: int = 0, *, train: int = 60, test: int = 20) -> bytes:
    """A file of images of two classes, which can be told apart by their brightness."""
    generator = np.random.default_rng(seed)
    contents: dict[str, Any] = {"class_names": np.array(["leaf", "bark"])}
    for part, size in (("train", train), ("test", test)):
        labels = np.arange(size) % 2
        noise = generator.integers(0, 100, (size, 1, 8, 8))
        contents[f"x_{part}"] = (noise + 120 * labels[:, None, None, None]).astype(np.uint8)
        contents[f"y_{part}"] = labels
    file = io.BytesIO()
    np.savez(file, allow_pickle=False, **contents)
    return file.getvalue()


def about_table(digest: str) -> own.About:
    """What is known of a table with two columns and two classes."""
    return own.About(
        shape=(2,),
        class_names=("a", "b"),
        columns=("x", "y"),
        train_size=4,
        test_size=2,
        origin="csv",
        digest=digest,
    )


def send(person: Client, data: bytes, name: str = "leaves.npz") -> httpx.Response:
    """Send a file; the answer has the id of the upload and its preview."""
    return person.http.post("/api/own-data/uploads", params={"file": name}, content=data)


def kept(person: Client, data: bytes, title: str = "Leaves", **choices: Any) -> dict[str, Any]:
    """Send a file and keep it as a data set, which is returned."""
    sent = send(person, data).raise_for_status().json()
    answer = person.http.post(
        f"/api/own-data/uploads/{sent['id']}/keep", json={"title": title, "validation_share": 0.1, **choices}
    )
    assert answer.status_code == 201, answer.text
    data_set: dict[str, Any] = answer.json()
    return data_set


def seen(person: Client) -> dict[str, dict[str, Any]]:
    """The own data sets that a person sees, by name."""
    listed = person.http.get("/api/datasets").raise_for_status().json()["datasets"]
    return {data_set["name"]: data_set for data_set in listed if data_set["own"]}


def launched(person: Client, name: str, **others: Any) -> httpx.Response:
    """Launch a small run on a data set; the answer."""
    network = {"layers": [{"type": "dense", "units": 2}]}
    return person.http.post("/api/runs", json={"dataset": {"name": name}, "network": network, **others})
