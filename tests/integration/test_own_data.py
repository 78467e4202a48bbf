"""Own data in a real lab with a class: a file is sent, looked at, kept, trained on, shared and deleted."""

import base64

import numpy as np
import pytest
from markupsafe import escape

from engine.datasets import own
from tests.support.class_lab import running_class
from tests.support.own_data import about_table, kept, launched, npz, seen, send
from tests.support.waiting import wait_until


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    folder = tmp_path_factory.mktemp("class")
    with running_class(
        folder, LOSSROOM_MAX_DATA_BYTES="100000", LOSSROOM_MAX_DATA_SETS_PER_PERSON="12"
    ) as lab:
        yield lab


@pytest.fixture(scope="module")
def people(lab):
    return {"ada": lab.student("Ada"), "bob": lab.student("Bob"), "teacher": lab.teacher()}


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
    assert ada.http.delete(f"/api/own-data/{name}").json() == seen(ada)[name]
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


def test_a_shared_run_on_a_private_data_set_cannot_be_trained_again_by_others_not_even_as_a_fork(lab, people):
    ada, bob = people["ada"], people["bob"]
    name = kept(ada, npz(9))["name"]
    run = launched(ada, name, training={"iterations": 20}).json()
    ada.wait_for(run["id"], "completed")
    fork = ada.http.post(f"/api/runs/{run['id']}/fork", json={"iteration": 10, "seed": 3}).json()
    ada.wait_for(fork["id"], "completed")
    for one in (run, fork):
        ada.http.patch(f"/api/runs/{one['id']}", json={"shared": True}).raise_for_status()
        refused = bob.http.post(f"/api/runs/{one['id']}/clone", json={"fresh": True})
        assert (refused.status_code, refused.json()["error"]["field"]) == (422, "dataset.name")


def test_a_trial_of_a_shared_study_on_a_private_data_set_becomes_no_run_of_others(lab, people):
    ada, bob = people["ada"], people["bob"]
    name = kept(ada, npz(10))["name"]
    network = {"layers": [{"type": "dense", "units": 2}]}
    experiment = {"dataset": {"name": name, "validation_size": 10}, "network": network}
    document = {"experiment": {**experiment, "training": {"iterations": 5}}, "seeds": 1}
    space = {"optimizer.learning_rate": {"choices": [0.1]}}
    study = ada.http.post("/api/studies", json={**document, "space": space}).raise_for_status().json()
    path = f"/api/studies/{study['id']}"
    wait_until(lambda: ada.http.get(path).json()["status"] == "completed", "the end of the study")
    ada.http.patch(path, json={"shared": True}).raise_for_status()
    refused = bob.http.post(f"{path}/trials/1/run")
    assert (refused.status_code, refused.json()["error"]["field"]) == (422, "dataset.name")
    assert ada.http.post(f"{path}/trials/1/run").status_code == 201


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
    assert [seen(person)[name]["title"] for person in (ada, bob, teacher)] == ["Ada's", "Homework", "Ada's"]
    runs = [launched(bob, name, training={"iterations": iterations}).json()["id"] for iterations in (5, 6)]
    for run in runs:
        bob.wait_for(run, "completed")
    for ending in ("py", "torch.py"):
        assert "'Homework.npz'" in bob.http.get(f"/api/runs/{runs[0]}/export.{ending}").text
    exports = [
        bob.http.get(f"/api/exports/{kind}", params={"runs": ",".join(runs)}) for kind in ("json", "html")
    ]
    assert exports[0].json()["data_sets"][0]["title"] == "Homework"
    assert "Homework" in exports[1].text
    assert escape("Ada's") not in exports[1].text
    assert all("Homework" in export.headers["content-disposition"] for export in exports)
    assert bob.http.patch(f"/api/own-data/{name}", json={"title": "Task"}).json()["title"] == "Task"
    ada.http.patch(f"/api/own-data/{name}", json={"shared": True}).raise_for_status()
    refused = bob.http.patch(f"/api/own-data/{name}", json={"shared": False})  # it is not Bob who shares it
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "upload_not_yours")
    assert seen(ada)[name]["shared"]
    ada.http.patch(f"/api/own-data/{name}", json={"shared": False}).raise_for_status()
    assert ada.http.delete(f"/api/own-data/{name}").status_code == 204
    assert name not in seen(ada)
    assert seen(bob)[name]["available"]
    assert seen(bob)[name]["owner"] == bob.me["me"]["number"]
    bob.http.patch(f"/api/own-data/{name}", json={"shared": True}).raise_for_status()
    assert kept(ada, npz(3), "Again")["name"] == name
    left = ada.http.delete(f"/api/own-data/{name}").json()  # Bob shares it still
    assert left == seen(ada)[name]
    assert (left["available"], left["deleted"], left["mine"]) == (True, False, False)
    assert teacher.http.delete(f"/api/own-data/{name}").json()["deleted"]
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
    return about_table(own.digest_of(arrays, ("a", "b"), ("x", "y")))


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
    wait_until(lambda: sum(data_set["mine"] for data_set in seen(bob).values()) >= 12, "the data sets")
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
