"""Own data in a real lab with a class: a file is sent, looked at, kept, trained on, shared and deleted."""

import base64
import io
import json
import subprocess
import sys

import numpy as np
import pytest

from engine.datasets import own
from tests.support import commands
from tests.support.class_lab import running_class
from tests.support.lab_server import LabServer
from tests.support.waiting import wait_until


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    folder = tmp_path_factory.mktemp("class")
    with running_class(
        folder, LOSSROOM_MAX_DATA_BYTES="100000", LOSSROOM_MAX_DATA_SETS_PER_PERSON="12"
    ) as lab:
        yield lab


@pytest.fixture(scope="module")
def other(tmp_path_factory):
    """A lab without a class, whose data folder has files."""
    folder = tmp_path_factory.mktemp("other")
    (folder / "data" / "own").mkdir(parents=True)
    (folder / "data" / "own" / "Bark.npz").write_bytes(npz(50))
    (folder / "data" / "own" / "broken.npz").write_bytes(b"PK no archive")
    with LabServer(folder / "state", folder / "data") as lab:
        yield lab


@pytest.fixture(scope="module")
def people(lab):
    return {"ada": lab.student("Ada"), "bob": lab.student("Bob"), "teacher": lab.teacher()}


def npz(seed=0, *, train=60, test=20):
    """A file of images of two classes, which can be told apart by their brightness."""
    generator = np.random.default_rng(seed)
    contents = {"class_names": np.array(["leaf", "bark"])}
    for part, size in (("train", train), ("test", test)):
        labels = np.arange(size) % 2
        noise = generator.integers(0, 100, (size, 1, 8, 8))
        contents[f"x_{part}"] = (noise + 120 * labels[:, None, None, None]).astype(np.uint8)
        contents[f"y_{part}"] = labels
    file = io.BytesIO()
    np.savez(file, allow_pickle=False, **contents)
    return file.getvalue()


def send(person, data, name="leaves.npz"):
    answer = person.http.post("/api/own-data/uploads", params={"file": name}, content=data)
    return answer


def kept(person, data, title="Leaves", **choices):
    sent = send(person, data).raise_for_status().json()
    answer = person.http.post(
        f"/api/own-data/uploads/{sent['id']}/keep", json={"title": title, "validation_share": 0.1, **choices}
    )
    assert answer.status_code == 201, answer.text
    return answer.json()


def seen(person):
    """The own data sets that a person sees, by name."""
    found = person.http.get("/api/datasets").raise_for_status().json()["datasets"]
    return {one["name"]: one for one in found if one["own"]}


def launched(person, name, **others):
    network = {"layers": [{"type": "dense", "units": 2}]}
    return person.http.post("/api/runs", json={"dataset": {"name": name}, "network": network, **others})


def folders(lab):
    return sorted(path.name for path in (lab.state_dir / "own-data" / "uploads").iterdir())


def test_a_file_is_looked_at_kept_trained_on_renamed_and_deleted_and_its_run_keeps_its_curve(lab, people):
    ada = people["ada"]
    sent = send(ada, npz()).json()
    assert sent["preview"]["kind"] == "images"
    assert sent["preview"]["file"] == "leaves.npz"
    again = ada.http.post(f"/api/own-data/uploads/{sent['id']}/preview", json={"title": "Leaves"})
    assert again.status_code == 200, again.text
    missing = ada.http.post(f"/api/own-data/uploads/{sent['id']}/keep", json={})
    assert (missing.status_code, missing.json()["error"]["field"]) == (422, "title")
    answer = ada.http.post(f"/api/own-data/uploads/{sent['id']}/keep", json={"title": " Leaves "})
    data_set = answer.json()
    assert answer.status_code == 201, data_set
    name = data_set["name"]
    assert own.is_name(name)
    assert (data_set["title"], data_set["mine"], data_set["shared"]) == ("Leaves", True, False)
    assert data_set["class_names"] == ["leaf", "bark"]
    assert "mlp" in data_set["fitting"]
    assert folders(lab) == []
    assert ada.http.delete(f"/api/own-data/uploads/{sent['id']}").status_code == 404

    run = launched(ada, name, training={"iterations": 20, "evaluate_every": 10}).json()
    done = ada.wait_for(run["id"], "completed")
    assert done["config"]["dataset"]["name"] == name
    images = ada.http.get(f"/api/datasets/{name}/images", params={"count": 2}).json()
    assert len(base64.b64decode(images["pixels"])) == 2 * 64

    renamed = ada.http.patch(f"/api/own-data/{name}", json={"title": "葉"}).json()
    assert renamed["title"] == seen(ada)[name]["title"] == "葉"
    assert ada.http.delete(f"/api/own-data/{name}").status_code == 204
    assert seen(ada)[name]["deleted"]
    assert not seen(ada)[name]["available"]
    metrics = ada.http.get(f"/api/runs/{run['id']}/metrics", params={"stream": "train"}).json()
    assert metrics["rows"] == 20
    refused = launched(ada, name)
    assert (refused.status_code, refused.json()["error"]["bounds"]["why"]["code"]) == (
        422,
        "own_data_deleted",
    )
    clone = ada.http.post(f"/api/runs/{run['id']}/clone", json={"fresh": True})
    assert clone.json()["error"]["bounds"]["why"]["code"] == "own_data_deleted"
    assert sorted(path.name for path in (lab.state_dir / "own-data" / name).iterdir()) == [
        "about.json",
        "card.json",
    ]


def test_others_see_a_data_set_only_when_it_is_shared(lab, people):
    ada, bob, teacher = people["ada"], people["bob"], people["teacher"]
    name = kept(ada, npz(1))["name"]
    assert name not in seen(bob)
    assert seen(teacher)[name]["mine"] is False
    assert seen(teacher)[name]["owner"] == ada.me["me"]["number"]
    never = launched(bob, "own-0123456789abcdef").json()["error"]
    assert launched(bob, name).json()["error"] == {
        **never,
        "message": never["message"].replace("own-0123456789abcdef", name),
        "bounds": {"why": {"code": "own_data_unknown", "values": {"dataset": name}}},
    }
    summary = bob.http.post("/api/summary", json={"dataset": {"name": name}})
    assert summary.json()["error"]["code"] == never["code"]
    for method, path in (
        ("GET", f"/api/datasets/{name}/images"),
        ("GET", f"/api/own-data/{name}/file"),
        ("PATCH", f"/api/own-data/{name}"),
        ("DELETE", f"/api/own-data/{name}"),
    ):
        answer = bob.http.request(method, path, json={"title": "Mine"} if method == "PATCH" else None)
        assert answer.status_code == 404, (method, path)
    assert name not in bob.http.get("/api/options").text
    terms = {"name": "Who?", "dataset": name, "validation_size": 10, "max_iterations": 100}
    private = teacher.http.post("/api/class/challenge", json=terms)
    assert private.json()["error"]["code"] == "challenge_data_private"

    assert ada.http.patch(f"/api/own-data/{name}", json={"shared": True}).json()["shared"]
    assert seen(bob)[name]["title"] == "Leaves"
    assert seen(bob)[name]["mine"] is False
    assert launched(bob, name, training={"iterations": 5}).status_code == 201
    assert bob.http.delete(f"/api/own-data/{name}").status_code == 403
    assert teacher.http.patch(f"/api/own-data/{name}", json={"shared": False}).status_code == 200
    assert name not in seen(bob)


def test_pages_hear_of_what_they_see_and_no_more(lab, people):
    ada, bob, teacher = people["ada"], people["bob"], people["teacher"]
    name = kept(ada, npz(2))["name"]

    def polled(person):
        """What a page that has just come is told of the data set."""
        answer = person.http.post("/api/stream", json={}).raise_for_status()
        return [line for line in answer.text.split("\n") if name in line], answer.text

    assert polled(bob)[0] == []
    assert '"mine":true' in "".join(polled(ada)[0])
    assert '"mine":false' in "".join(polled(teacher)[0])
    ada.http.patch(f"/api/own-data/{name}", json={"shared": True}).raise_for_status()
    assert '"mine":false' in "".join(polled(bob)[0])
    ada.http.patch(f"/api/own-data/{name}", json={"shared": False}).raise_for_status()
    assert "dataset_gone" in "".join(polled(bob)[0])
    last = "".join(polled(ada)[0])
    assert last.rindex('"mine":true') > last.rindex("dataset_gone")


def test_who_brings_the_same_content_has_it_too_with_a_title_of_their_own(lab, people):
    ada, bob, teacher = people["ada"], people["bob"], people["teacher"]
    name = kept(ada, npz(3), "Ada's")["name"]
    assert kept(bob, npz(3), "Homework")["name"] == name
    assert [seen(one)[name]["title"] for one in (ada, bob, teacher)] == ["Ada's", "Homework", "Ada's"]
    assert bob.http.patch(f"/api/own-data/{name}", json={"title": "Task"}).json()["title"] == "Task"
    assert ada.http.delete(f"/api/own-data/{name}").status_code == 204
    assert name not in seen(ada)
    assert seen(bob)[name]["available"]
    assert seen(bob)[name]["owner"] == bob.me["me"]["number"]
    assert teacher.http.delete(f"/api/own-data/{name}").status_code == 204
    assert not seen(bob)[name]["available"]
    assert kept(ada, npz(3), "Back")["available"]


def test_a_downloaded_file_becomes_the_same_data_set(lab, people):
    ada, bob = people["ada"], people["bob"]
    first = kept(ada, npz(4), "Leaves/../x")
    answer = ada.http.get(f"/api/own-data/{first['name']}/file")
    assert answer.status_code == 200
    assert "Leaves" in answer.headers["content-disposition"]
    wait_until(lambda: folders(lab) == [], "the end of the file")
    again = kept(bob, answer.content, "Again", validation_share=None)
    assert (again["name"], again["digest"]) == (first["name"], first["digest"])
    bob.http.delete(f"/api/own-data/{first['name']}").raise_for_status()


def test_nothing_of_a_refused_file_stays(lab, people):
    ada = people["ada"]
    before = sorted(path.name for path in (lab.state_dir / "own-data").iterdir())
    broken = send(ada, b"PK\x03\x04 this is no archive", "../../etc/passwd.npz")
    assert broken.status_code == 422
    assert broken.json()["error"]["bounds"]["why"]["values"]
    long = send(ada, bytes(200_000))
    assert (long.status_code, long.json()["error"]["bounds"]["maximum"]) == (413, 100_000)

    def parts():
        yield bytes(60_000)
        yield bytes(60_000)

    streamed = ada.http.post("/api/own-data/uploads", params={"file": "x.npz"}, content=parts())
    assert streamed.status_code == 413
    assert folders(lab) == []
    assert sorted(path.name for path in (lab.state_dir / "own-data").iterdir()) == before


def test_a_person_has_one_upload_and_no_one_else_may_use_it(lab, people):
    ada, bob = people["ada"], people["bob"]
    first = send(ada, npz(5)).json()["id"]
    second = send(ada, npz(5)).json()["id"]
    assert folders(lab) == [second]
    for person, upload in ((ada, first), (bob, second)):
        answer = person.http.post(f"/api/own-data/uploads/{upload}/preview", json={})
        assert (answer.status_code, answer.json()["error"]["bounds"]["why"]["code"]) == (404, "upload_gone")
    wrong = ada.http.post(f"/api/own-data/uploads/{second}/keep", json={"title": "", "size": 4})
    assert wrong.status_code == 422
    assert ada.http.delete(f"/api/own-data/uploads/{second}").status_code == 204
    assert folders(lab) == []


def table_of(arrays):
    return own.About(
        shape=(2,),
        class_names=("a", "b"),
        columns=("x", "y"),
        train_size=4,
        test_size=2,
        origin="csv",
        digest=own.digest_of(arrays, ("a", "b"), ("x", "y")),
    )


def test_a_person_may_keep_only_a_limited_number(lab, people):
    bob = people["bob"]
    folder = lab.state_dir / "own-data"
    for seed in range(12):  # written beside the lab, which is faster
        arrays = own.Arrays(
            train_images=np.full((4, 2), seed, np.float32),
            train_labels=np.array([0, 1, 0, 1]),
            test_images=np.zeros((2, 2), np.float32),
            test_labels=np.array([0, 1]),
        )
        card = own.Card(title=f"Set {seed}", owner=bob.id)
        own.write_card(own.write(folder, table_of(arrays), arrays), card)
    wait_until(lambda: sum(one["mine"] for one in seen(bob).values()) >= 12, "the data sets")
    sent = send(bob, npz(9))
    assert sent.status_code == 409
    assert sent.json()["error"]["bounds"]["why"] == {"code": "upload_many", "values": {"most": 12}}
    for name, found in seen(bob).items():
        if found["mine"]:
            bob.http.delete(f"/api/own-data/{name}").raise_for_status()


def drawing(digit, seed=0):
    pixels = np.random.default_rng(seed).integers(0, 256, 784, np.uint8).tobytes()
    return {"label": digit, "pixels": base64.b64encode(pixels).decode()}


def test_drawings_are_given_with_consent_taken_back_and_become_a_data_set_of_the_class(lab, people):
    ada, bob, teacher = people["ada"], people["bob"], people["teacher"]
    path = "/api/own-data/drawings"
    none = teacher.http.post(f"{path}/upload")
    assert none.json()["error"]["code"] == "upload_drawings_none"
    of_ada = [drawing(digit, seed) for digit in range(10) for seed in range(5)]
    without = ada.http.post(path, json={"drawings": of_ada, "consent": False})
    assert (without.status_code, without.json()["error"]["field"]) == (422, "consent")
    for wrong in ({"label": 10}, {"pixels": "AAAA"}, {"pixels": "?"}):
        answer = ada.http.post(path, json={"drawings": [{**drawing(1), **wrong}], "consent": True})
        assert answer.status_code == 422, wrong
    ada.http.post(path, json={"drawings": of_ada, "consent": True}).raise_for_status()
    given = bob.http.post(path, json={"drawings": [drawing(3, 9)], "consent": True}).json()
    assert given["counts"] == [5, 5, 5, 6, 5, 5, 5, 5, 5, 5]
    assert (given["people"], given["mine"][3], sum(given["mine"])) == (2, 1, 1)
    assert bob.http.delete(path).json()["people"] == 1
    assert ada.http.post(f"{path}/upload").status_code == 403
    sent = teacher.http.post(f"{path}/upload").raise_for_status().json()
    assert sent["preview"]["file"] == "drawings.npz"
    answer = teacher.http.post(
        f"/api/own-data/uploads/{sent['id']}/keep", json={"title": "Our handwriting"}
    ).raise_for_status()
    assert answer.json()["shape"] == [1, 28, 28]


def command(lab, *arguments):
    """`lossroom` beside a lab: its status, and what it printed."""
    folders = ["--state-dir", str(lab.state_dir)]
    if arguments[0] not in ("data",):
        folders += ["--data-dir", str(lab.data_dir)]
    done = commands.run(*arguments, *folders)
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout, done.stderr


def own_of(lab):
    """The own data sets of a lab without a class, by title."""
    found = lab.http.get("/api/datasets").raise_for_status().json()["datasets"]
    return {one["title"]: one for one in found if one["own"]}


def test_exported_runs_say_what_their_data_set_is_and_another_lab_opens_them(people, other):
    ada = people["ada"]
    data_set = kept(ada, npz(60), "Wood")
    run = launched(ada, data_set["name"], training={"iterations": 5}).json()
    ada.wait_for(run["id"], "completed")
    document = ada.http.get("/api/exports/json", params={"runs": run["id"]}).content
    (said,) = json.loads(document)["data_sets"]
    assert said["title"] == "Wood"
    assert own.name_of(own.About.from_dict(said["about"])) == data_set["name"]

    wrong = document.replace(b'"title": "Wood"', b'"title": "Wood", "path": "/etc"')
    refused = other.http.post("/api/imports", content=wrong)
    assert (refused.status_code, refused.json()["error"]["field"]) == (422, "data_sets.0")
    assert "Wood" not in own_of(other)
    imported = other.http.post("/api/imports", content=document).raise_for_status().json()["runs"][0]
    assert imported["config"]["dataset"]["name"] == data_set["name"]
    assert own_of(other)["Wood"]["deleted"]
    clone = other.http.post(f"/api/runs/{imported['id']}/clone", json={"fresh": True})
    assert clone.json()["error"]["bounds"]["why"] == {
        "code": "own_data_deleted",
        "values": {"dataset": "Wood"},
    }
    file = ada.http.get(f"/api/own-data/{data_set['name']}/file").content
    kept(other, file, "Wood")
    assert other.http.post(f"/api/runs/{imported['id']}/clone", json={"fresh": True}).status_code == 201


def test_exported_files_name_the_data_set_and_scripts_train_on_its_file(people, tmp_path):
    ada = people["ada"]
    data_set = kept(ada, npz(61), "Trees")
    run = launched(ada, data_set["name"], training={"iterations": 5, "batch_size": 10}).json()
    ada.wait_for(run["id"], "completed")
    report = ada.http.get(f"/api/runs/{run['id']}/export.html").text
    assert "Trees" in report
    several = ada.http.get("/api/exports/csv", params={"runs": f"{run['id']},{run['id']}"})
    assert several.status_code == 200
    torch = ada.http.get(f"/api/runs/{run['id']}/export.torch.py").raise_for_status().text
    compile(torch, "torch.py", "exec")
    assert "'Trees.npz'" in torch
    (tmp_path / "run.py").write_text(ada.http.get(f"/api/runs/{run['id']}/export.py").text)
    (tmp_path / "Trees.npz").write_bytes(ada.http.get(f"/api/own-data/{data_set['name']}/file").content)
    done = subprocess.run(
        [sys.executable, "run.py", "curve.csv"], cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    recorded = ada.http.get(f"/api/runs/{run['id']}/export.csv").text.splitlines()[1:]
    trained = (tmp_path / "curve.csv").read_text().splitlines()[1:]
    assert [float(line.split(",")[1]) for line in trained] == [
        pytest.approx(float(line.split(",")[1]), rel=1e-6) for line in recorded
    ]


def test_files_in_the_data_folder_become_data_sets_of_all_and_go_with_their_files(other):
    wait_until(lambda: "Bark" in own_of(other), "the file in the data folder")
    assert own_of(other)["Bark"]["shared"]
    wait_until(lambda: "broken.npz" in other.read_log(), "the refusal")
    status, said, _ = command(other, "doctor")
    assert status == 1
    assert "broken.npz" in said
    (other.data_dir / "own" / "Bark.npz").unlink()
    wait_until(lambda: own_of(other)["Bark"]["deleted"], "the end of the file")


def test_the_command_line_adds_lists_trains_on_and_removes_beside_a_running_lab(other, tmp_path):
    (tmp_path / "twigs.npz").write_bytes(npz(70))
    file = str(tmp_path / "twigs.npz")
    assert command(other, "data", "add", file, "--name", "Twigs")[0] == 0
    wait_until(lambda: "Twigs" in own_of(other), "the data set in the lab")
    status, said, _ = command(other, "data", "list")
    assert (status, "Twigs" in said) == (0, True)
    experiment = tmp_path / "experiment.json"
    experiment.write_text(json.dumps({"training": {"iterations": 5, "batch_size": 10}}))
    status, said, wrong = command(other, "train", "--config", str(experiment), "--data", "Twigs", "--json")
    assert status == 0, wrong
    assert own_of(other)["Twigs"]["name"] in said
    for arguments in (
        ["data", "add", str(tmp_path / "none.csv"), "--name", "None"],
        ["data", "add", file, "--name", "x" * 61],
        ["data", "add", file, "--name", "Twigs", "--test-share", "0.9"],
        ["data", "remove", "Stones"],
        ["train", "--config", str(experiment), "--data", "Stones"],
    ):
        status, said, wrong = command(other, *arguments)
        assert (status, said, wrong.count("\n")) == (2, "", 1), (arguments, said, wrong)
    assert command(other, "data", "remove", "Twigs")[0] == 0
    wait_until(lambda: own_of(other)["Twigs"]["deleted"], "the deletion in the lab")


def test_all_of_it_is_there_after_a_restart_but_for_uploads(lab, people):
    ada = people["ada"]
    name = kept(ada, npz(6), "Stays")["name"]
    send(ada, npz(7)).raise_for_status()
    lab.restart()
    assert folders(lab) == []
    assert seen(ada)[name]["title"] == "Stays"
    assert seen(ada)[name]["mine"]
    run = launched(ada, name, training={"iterations": 5}).json()
    ada.wait_for(run["id"], "completed")


def test_what_is_written_beside_the_lab_comes_to_its_pages(lab, people):
    bob = people["bob"]
    arrays = own.Arrays(
        train_images=np.zeros((4, 2), np.float32),
        train_labels=np.array([0, 1, 0, 1]),
        test_images=np.zeros((2, 2), np.float32),
        test_labels=np.array([0, 1]),
    )
    about = table_of(arrays)
    folder = lab.state_dir / "own-data"
    own.write_card(own.write(folder, about, arrays), own.Card(title="Beside", shared=True))
    wait_until(lambda: own.name_of(about) in seen(bob), "the data set")
    assert seen(bob)[own.name_of(about)]["columns"] == ["x", "y"]


def test_a_lost_folder_leaves_the_lab_open_and_its_runs_in_the_list(lab, people):
    ada = people["ada"]
    name = kept(ada, npz(8), "Lost")["name"]
    run = launched(ada, name, training={"iterations": 5}).json()
    ada.wait_for(run["id"], "completed")
    lab.stop()
    for path in (lab.state_dir / "own-data" / name).iterdir():
        path.unlink()
    lab.start()
    found = ada.http.get(f"/api/runs/{run['id']}").raise_for_status().json()
    assert found["status"] == "completed"
    assert run["id"] in ada.runs()
    clone = ada.http.post(f"/api/runs/{run['id']}/clone", json={"fresh": True})
    assert clone.json()["error"]["bounds"]["why"]["code"] == "own_data_unknown"
    for ending in ("csv", "json", "html", "py"):
        assert ada.http.get(f"/api/runs/{run['id']}/export.{ending}").status_code == 200, ending


def test_the_end_of_the_class_deletes_what_only_a_student_saw_and_the_drawings(lab, people):
    ada, teacher = people["ada"], people["teacher"]
    private, shared = kept(ada, npz(40), "Private")["name"], kept(ada, npz(41), "Shared")["name"]
    ada.http.patch(f"/api/own-data/{shared}", json={"shared": True}).raise_for_status()
    teacher.http.post("/api/class/end").raise_for_status()
    wait_until(lambda: seen(teacher)[private]["deleted"], "the end")
    assert seen(teacher)[shared]["available"]
    assert (seen(teacher)[shared]["owner"], seen(teacher)[shared]["shared"]) == (None, False)
    assert teacher.http.get("/api/own-data/drawings").json()["people"] == 0
