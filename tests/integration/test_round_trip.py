"""Whatever a lab exports, every lab imports, and exports as the same document again."""

import io
import json
import threading
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.exports.reading import PART, JsonReader
from engine import ExperimentConfig
from tests.support.experiments import QUICK
from tests.support.waiting import TIMEOUT, wait_until

CONFIG = ExperimentConfig.from_dict({**QUICK, "training": {"iterations": 300}}).to_dict()
COLUMNS = {
    "train": ["iteration", "loss", "accuracy", "gradient_norm/0"],
    "evaluation": ["iteration", "train_accuracy", "test_accuracy", "train_loss", "test_loss"],
}
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=60)
UNIX = st.floats(0, 9e10).map(lambda at: round(at, 3))
SECONDS = st.floats(0, 1e6).map(lambda seconds: round(seconds, 3))
FINISHED = ["completed", "diverged", "cancelled", "failed"]
NOT_FINITE = {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}
VALUE = st.floats(width=32).map(lambda value: NOT_FINITE.get(str(value), float(f"{value:.9g}")))


@st.composite
def streams(draw):
    found, times = {}, {}
    for stream in draw(st.sampled_from([[], ["train"], ["train", "evaluation"]])):
        columns = COLUMNS[stream]
        counted = sorted(draw(st.sets(st.integers(1, 300), min_size=1, max_size=20)))
        rows = [[iteration, *draw(st.tuples(*[VALUE] * (len(columns) - 1)))] for iteration in counted]
        found[stream] = {"columns": columns, "data": rows}
        ends = sorted({*draw(st.sets(st.integers(1, len(rows)), max_size=5)), len(rows)})
        trained = sorted(draw(st.lists(SECONDS, min_size=len(ends), max_size=len(ends))))
        times[stream] = [[end, draw(UNIX), seconds] for end, seconds in zip(ends, trained, strict=True)]
    return {"streams": found, "times": times}


@st.composite
def runs(draw, statuses):
    created, *later = sorted(draw(st.lists(UNIX, min_size=3, max_size=3)))
    rows = draw(streams())
    seconds = [time[-1] for times in rows["times"].values() for time in times[-1:]]
    name = draw(TEXT.filter(lambda text: text))
    return {
        "name": name,
        "status": draw(st.sampled_from(statuses)),
        "reason": draw(st.none() | TEXT.filter(lambda text: text)),
        "why": None,
        "lesson": draw(st.none() | st.just("2a-optimizers")),
        "created_at": created,
        "started_at": later[0],
        "finished_at": later[1],
        "seconds": max(seconds, default=0.0),
        "starred": draw(st.booleans()),
        "archived": draw(st.booleans()),
        "tags": draw(st.lists(st.text("abc学🎓", min_size=1, max_size=40), max_size=3, unique=True)),
        "notes": draw(TEXT),
        "annotations": [],
        "config": {**CONFIG, "name": name, "seed": draw(st.integers(0, 2**32 - 1))},
        **rows,
    } | draw(st.sampled_from([{}, {"color": 3}]))


@st.composite
def forks(draw):
    """A run that was forked, perhaps twice."""
    run = draw(runs(FINISHED))
    recorded = len(run["streams"].get("train", {"data": []})["data"])
    seeds = st.none() | st.integers(0, 2**32 - 1)
    origin = {
        "run": "c0ffee",
        "number": draw(st.integers(0, 2**53)),
        "name": draw(TEXT.filter(lambda text: text)),
        "iteration": draw(st.integers(0, recorded)),
        "seed": draw(seeds),
    }
    stretches = [
        {
            "until": until,
            "config": {
                **run["config"],
                "optimizer": {"name": "sgd", "learning_rate": draw(st.floats(1e-6, 1))},
            },
            "seed": draw(seeds),
        }
        for until in sorted(draw(st.sets(st.integers(0, recorded), max_size=2)))
    ]
    return {
        **run,
        "origin": draw(st.none() | st.just(origin) if stretches else st.just(origin)),
        "stretches": stretches,
    }


def brought_back(lab, document):
    """What a lab exports after importing a document."""
    answer = lab.http.post("/api/imports", json=document)
    assert answer.status_code == 201, answer.text
    ids = ",".join(run["id"] for run in answer.json()["runs"])
    exported = lab.http.get("/api/exports/json", params={"runs": ids})
    for run_id in ids.split(","):
        lab.http.delete(f"/api/runs/{run_id}").raise_for_status()
    return exported.json()


patient = settings(max_examples=20, suppress_health_check=list(HealthCheck))


@patient
@given(given=st.lists(runs(FINISHED), min_size=1, max_size=3))
def test_finished_runs_come_back_as_the_same_document(lab, given):
    assert brought_back(lab, {"lossroom": 1, "exported_at": 1.0, "runs": given})["runs"] == given


@patient
@given(given=st.lists(forks() | runs(FINISHED), min_size=1, max_size=3))
def test_forks_come_back_as_the_same_document(lab, given):
    document = brought_back(lab, {"lossroom": 2, "exported_at": 1.0, "runs": given})
    ids = [run.pop("id", None) for run in document["runs"]]
    assert document["runs"] == given
    has_fork = any("stretches" in run for run in given)
    assert (document["lossroom"], all(ids)) == (2 if has_fork else 1, has_fork)


@patient
@given(given=runs(["running", "paused", "queued"]))
def test_an_unfinished_run_is_imported_as_cancelled_and_then_stays_the_same(lab, given):
    given |= {"finished_at": None, "reason": None}
    exported_at = given["started_at"] + 7
    once = brought_back(lab, {"lossroom": 1, "exported_at": exported_at, "runs": [given]})
    (run,) = once["runs"]
    assert run["status"] == "cancelled"
    assert run["why"]["values"]["status"] == given["status"]
    assert {**run, **{name: given[name] for name in ("status", "reason", "why", "finished_at")}} == given
    assert brought_back(lab, once)["runs"] == once["runs"]


def test_as_many_runs_as_can_be_exported_together_come_back_together(lab):
    given = {
        "name": "one", "status": "completed", "config": CONFIG,
        "created_at": 1.0, "started_at": 2.0, "finished_at": 3.0,
        "streams": {"train": {"columns": COLUMNS["train"], "data": [[1, 2, 0.5, 1]]}},
    }  # fmt: skip
    assert len(brought_back(lab, {"lossroom": 1, "runs": [given] * 200})["runs"]) == 200
    answer = lab.http.post("/api/imports", json={"lossroom": 1, "runs": [given] * 201})
    assert answer.status_code == 422
    assert answer.json()["error"]["bounds"]["maximum"] == 200
    assert "holds at most 200" in answer.json()["error"]["message"]


def long_document(rows, columns=24):
    """A document of one run with this many rows, in parts."""
    iterations = 2 * rows
    config = {**CONFIG, "training": {**CONFIG["training"], "iterations": iterations}}
    meta = {"name": "long", "status": "completed", "created_at": 1.0, "finished_at": 9.0, "config": config}
    names = [*COLUMNS["train"], *(f"column/{place}" for place in range(columns - 4))]
    head = f'{{"lossroom": 1, "runs": [{json.dumps(meta)[:-1]}, "streams": {{"train": '
    yield f'{head}{{"columns": {json.dumps(names)}, "data": ['.encode()
    rest = ",".join(["0.123456789"] * (columns - 1))
    for first in range(0, rows, 10_000):
        block = (f"[{row + 1},{rest}]" for row in range(first, min(rows, first + 10_000)))
        yield (("," if first else "") + ",".join(block)).encode()
    yield b"]}}}]}"


def memory_of(lab, name):
    """A figure of the server's process, in bytes."""
    lines = Path(f"/proc/{lab.process.pid}/status").read_text().splitlines()
    return 1024 * int(next(line.split()[1] for line in lines if line.startswith(f"{name}:")))


def test_a_long_export_is_taken_in_little_memory_and_the_lab_answers_meanwhile(make_lab, tmp_path):
    lab = make_lab()
    lab.data_dir = tmp_path / "empty"  # what decodes data sets at its start needs memory for these
    lab.restart()
    if not Path(f"/proc/{lab.process.pid}/status").exists():
        pytest.skip("the memory of a process is read from /proc")
    body = b"".join(long_document(125_000))
    assert len(body) > 34_000_000  # more than 32 MiB, which was the bound before
    before, answers = memory_of(lab, "VmHWM"), []

    def post():
        answers.append(lab.http.post("/api/imports", content=body))

    sending = threading.Thread(target=post)
    sending.start()
    healthy = 0
    while sending.is_alive():
        healthy += lab.http.get("/health").status_code == 200
    sending.join()

    assert answers[0].status_code == 201, answers[0].text
    (run,) = answers[0].json()["runs"]
    assert run["iteration"] == 125_000
    assert lab.stored_rows(run["id"])[1].shape == (125_000, 24)
    assert healthy > 10
    assert memory_of(lab, "VmHWM") - before < len(body)


def test_of_a_million_empty_rows_the_first_is_refused(lab):
    body = b"".join(long_document(10)).replace(b"[1,", b"[1.5,", 1)[:-6] + b",[1]" * 1_000_000 + b"]}}}]}"
    answer = lab.http.post("/api/imports", content=body)
    assert answer.status_code == 422
    assert answer.json()["error"]["field"] == "runs.0.streams.train.data"


def test_many_exports_at_once_leave_the_lab_answering(lab):
    (run,) = lab.http.post("/api/imports", content=b"".join(long_document(20_000))).json()["runs"]
    whole = []

    def fetch(path):
        whole.append(len(lab.http.get(path, params={"runs": run["id"]}).content))

    paths = ["/api/exports/json", "/api/exports/csv", "/api/exports/html"] * 6
    threads = [threading.Thread(target=fetch, args=(path,)) for path in paths]
    for thread in threads:
        thread.start()
    healthy = 0
    while any(thread.is_alive() for thread in threads):
        healthy += lab.http.get("/health").status_code == 200
    assert healthy > 10
    assert len(whole) == len(paths)
    assert min(whole) > 1_000_000
    lab.http.delete(f"/api/runs/{run['id']}")
    wait_until(lambda: lab.http.get("/api/exports/json", params={"runs": run["id"]}).status_code == 404)


@pytest.mark.parametrize("row", [["NaN", 10**400, 1, 1], [1, 2, 10**400, 1]])
def test_a_number_beyond_all_floats_is_named_and_the_lab_imports_further_files(lab, row):
    given = {
        "name": "one", "status": "completed", "config": CONFIG,
        "created_at": 1.0, "started_at": 2.0, "finished_at": 3.0,
        "streams": {"train": {"columns": COLUMNS["train"], "data": [[1, 2, "Infinity", 1], row]}},
    }  # fmt: skip
    place = row.index(10**400)
    for _ in range(5):  # more than are received at a time
        refused = lab.http.post("/api/imports", json={"lossroom": 1, "runs": [given]}, timeout=TIMEOUT)
        assert refused.status_code == 422
        assert refused.json()["error"]["field"] == f"runs.0.streams.train.data.1.{place}"


def test_a_number_that_is_cut_where_the_file_is_read_on_is_read_whole():
    """The reader takes part after part."""
    document = b'{"a": ' + b" " * (PART - 9) + b'1.5e+3, "b": 2}'
    for shift in range(12):
        reader = JsonReader(io.BytesIO(document.replace(b" ", b"", shift)))
        assert {key: reader.value() for key in reader.object()} == {"a": 1500.0, "b": 2}
