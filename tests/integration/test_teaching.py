"""What the teacher does with a class, as the people in it see it."""

import json
import sqlite3
from contextlib import closing

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from app.people.phrases import LANGUAGES, as_typed, new_phrase, words
from app.people.tokens import hash_of, new_token
from app.storage.direct_access import renew_teacher_secret
from tests.support.class_lab import PersonClient, running_class
from tests.support.errors import error
from tests.support.experiments import ENDLESS, SHORT
from tests.support.waiting import TIMEOUT, wait_until


@pytest.fixture
def lab(tmp_path):
    with running_class(tmp_path) as lab:
        yield lab


def people(teacher):
    return {person["nickname"]: person for person in teacher.http.get("/api/class/people").json()["people"]}


def change(teacher, person, **changes):
    answer = teacher.http.patch(f"/api/class/people/{person['id']}", json=changes)
    assert answer.status_code == 200, answer.text
    return answer.json()


def until(socket, fits):
    """The first text message that fits."""
    while True:
        message = socket.recv(timeout=TIMEOUT)
        if isinstance(message, str) and fits(parsed := json.loads(message)):
            return parsed


def ended(socket):
    """The code with which the lab closes a socket."""
    with pytest.raises(ConnectionClosed) as closed:  # noqa: PT012
        while True:
            socket.recv(timeout=TIMEOUT)
    return closed.value.rcvd.code


def test_a_student_who_is_removed_sees_nothing_from_that_moment_until_they_are_let_in_again(lab):
    teacher, ada = lab.teacher(), lab.student("Ada")
    run = ada.launch(**SHORT)
    socket = ada.socket()

    change(teacher, people(teacher)["Ada"], removed=True)

    assert ended(socket) == 1008
    with pytest.raises(InvalidStatus):
        ada.socket()
    assert error(ada.http.get("/api/runs"))["code"] == "removed"
    assert ada.me == {"name": "1-B", "ended": False, "role": None, "removed": True}
    given = {"code": lab.code, "nickname": "Not Ada"}
    assert error(ada.http.post("/api/class/join", json=given))["code"] == "removed"
    assert people(teacher)["Ada"]["removed"] is True
    assert run["id"] in teacher.runs()

    change(teacher, people(teacher)["Ada"], removed=False)
    assert run["id"] in ada.runs()
    assert ada.me["me"]["number"] == 1


def test_a_new_name_is_seen_by_the_student_and_by_the_teacher_at_their_runs(lab):
    teacher, ada, bob = lab.teacher(), lab.student("Ada"), lab.student("Bob")
    run = ada.launch(**SHORT)
    screens = {client: client.socket() for client in (teacher, ada)}

    change(teacher, people(teacher)["Ada"], nickname="Lovelace")

    for socket in screens.values():
        received = until(socket, lambda message: message.get("person", {}).get("nickname") == "Lovelace")
        assert received["person"]["number"] == 1
    seen = teacher.http.get(f"/api/runs/{run['id']}").json()["owner"]
    assert (seen["nickname"], ada.me["me"]["nickname"]) == ("Lovelace", "Lovelace")
    taken = teacher.http.patch(f"/api/class/people/{bob.id}", json={"nickname": "LOVELACE"})
    assert error(taken)["code"] == "nickname_taken"


def test_a_recovery_phrase_brings_a_person_to_another_device_and_no_other_words_do(lab):
    teacher, ada = lab.teacher(), lab.student("Ada")
    mine = ada.http.post("/api/class/me/phrase", json={"language": "ja"}).json()["phrase"]

    def come_back(phrase, code=None):
        device = lab.visitor()
        given = {"code": code or lab.code, "phrase": phrase}
        return device, device.http.post("/api/class/return", json=given)

    katakana = mine.translate({code: code + 0x60 for code in range(ord("ぁ"), ord("ゖ") + 1)})
    phone, answer = come_back(f"  {katakana.replace(' ', '　')} ")
    assert answer.status_code == 200, answer.text
    assert phone.me["me"] == ada.me["me"]

    of_teacher = teacher.http.post(f"/api/class/people/{ada.id}/phrase").json()["phrase"]
    assert error(come_back(mine)[1])["code"] == "wrong_phrase"  # it was replaced
    assert error(come_back(of_teacher, code="none")[1])["code"] == "wrong_code"
    assert come_back(of_teacher.upper())[1].status_code == 200
    assert error(come_back("")[1])["code"] == "wrong_phrase"
    stored = (lab.state_dir / "lossroom.sqlite3-wal").read_bytes()
    assert of_teacher.encode() not in stored
    change(teacher, people(teacher)["Ada"], removed=True)
    assert error(come_back(of_teacher)[1])["code"] == "wrong_phrase"


@pytest.mark.parametrize("language", LANGUAGES)
def test_phrases_are_chosen_from_more_than_a_thousand_words_that_are_easy_to_type(language):
    known = words(language)
    assert len(set(known)) == len(known) >= 1024
    assert max(map(len, known)) <= 6
    assert all(as_typed(word) == word for word in known)
    assert all(word.isascii() if language == "en" else not word.isascii() for word in known)
    assert len({new_phrase(language) for _ in range(50)}) == 50
    phrase = new_phrase(language)
    for typed in (f" {phrase}. ", phrase.replace(" ", " - "), phrase.upper(), f"{phrase}。"):
        assert as_typed(typed) == phrase, typed


def test_a_new_code_lets_no_one_in_with_the_old_one_and_all_stay_who_have_joined(lab):
    teacher, ada, old = lab.teacher(), lab.student("Ada"), lab.code

    new = teacher.http.post("/api/class/code").json()["code"]

    assert new != old
    refused = lab.visitor().http.post("/api/class/join", json={"code": old, "nickname": "Bob"})
    assert error(refused)["code"] == "wrong_code"
    assert ada.me["role"] == "student"
    assert lab.student("Bob").me["me"]["number"] == 2


def test_while_launching_is_held_students_start_nothing_and_what_trains_goes_on(lab):
    teacher, ada = lab.teacher(), lab.student("Ada")
    run, paused = ada.launch(**ENDLESS), ada.launch(**ENDLESS, seed=1)
    for launched in (run, paused):
        ada.wait_for(launched["id"], "running")
    ada.http.post(f"/api/runs/{paused['id']}/pause").raise_for_status()
    ada.wait_for(paused["id"], "paused")
    socket = ada.socket()

    teacher.http.post("/api/class/hold", json={"held": True}).raise_for_status()

    until(socket, lambda message: message["type"] == "class" and message["held"])
    for path, body in (
        ("/api/runs", SHORT),
        ("/api/experiments", {"experiments": [SHORT]}),
        ("/api/lessons/1-activations/runs", {}),
        (f"/api/runs/{run['id']}/clone", {}),
        (f"/api/runs/{run['id']}/fork", {"iteration": 0}),
        (f"/api/runs/{paused['id']}/resume", None),
        (f"/api/runs/{paused['id']}/step", None),
    ):
        refused = ada.http.post(path, json=body)
        assert (refused.status_code, error(refused)["code"]) == (409, "held"), path
    assert ada.http.get(f"/api/runs/{run['id']}").json()["status"] == "running"
    assert teacher.http.post("/api/runs", json=SHORT).status_code == 201
    teacher.http.post("/api/class/hold", json={"held": False}).raise_for_status()
    step = f"/api/runs/{paused['id']}/step"
    refused = ada.http.post(step, json={"iterations": 101})
    assert (refused.status_code, error(refused)["field"]) == (422, "iterations")
    assert error(refused)["bounds"] == {"minimum": 1, "maximum": 100, "value": 101}
    assert teacher.http.post(step, json={"iterations": 101}).status_code == 200
    ada.wait_for(paused["id"], "paused")
    assert ada.http.post(f"/api/runs/{paused['id']}/resume").status_code == 200


def test_what_the_teacher_shows_is_seen_by_all_until_it_is_released(lab):
    teacher, ada, bob = lab.teacher(), lab.student("Ada"), lab.student("Bob")
    projector = lab.projector()
    before = ada.launch(**SHORT)["id"]
    shown = [ada.launch(**SHORT, seed=1)["id"]]
    socket = bob.socket()

    def show(**view):
        return teacher.http.post("/api/class/show", json={"view": view})

    assert show(kind="person", person=ada.id).json()["shown"] == {
        "kind": "person",
        "person": ada.id,
        "number": 1,
        "runs": shown,
    }
    assert until(socket, lambda message: message["type"] == "class" and message["shown"])
    assert (bob.runs(), projector.runs()) == (set(shown), set(shown))
    assert bob.http.get(f"/api/runs/{shown[0]}").json()["owner"] == {
        "id": ada.id,
        "number": 1,
        "nickname": None,
    }
    assert error(bob.http.delete(f"/api/runs/{shown[0]}"))["code"] == "not_yours"
    assert show(kind="moment", runs=[before], iteration=3).json()["shown"]["iteration"] == 3
    assert bob.runs() == {before}
    assert show(kind="lesson", lesson="1-activations", step=2).json()["shown"]["step"] == 2
    assert bob.runs() == set()
    assert error(show(kind="moment", runs=[before]))["field"] == "view.iteration"
    assert show(kind="runs", runs=["nothing"]).status_code == 404

    show(kind="runs", runs=[before])
    assert teacher.http.post("/api/class/show", json={"view": None}).json()["shown"] is None
    assert until(socket, lambda message: before in message.get("deleted", []))
    assert bob.runs() == projector.runs() == set()

    show(kind="runs", runs=[before])
    ada.http.delete(f"/api/runs/{before}").raise_for_status()
    assert until(socket, lambda message: message["type"] == "class" and message["shown"] is None)


def test_a_hand_is_up_for_the_teacher_until_one_of_both_puts_it_down(lab):
    teacher, ada, bob = lab.teacher(), lab.student("Ada"), lab.student("Bob")
    mine, others = teacher.socket(), bob.socket()

    assert ada.http.put("/api/class/me/hand", json={"up": True}).json()["me"]["hand"] is True

    up = until(mine, lambda message: message.get("person", {}).get("hand_at"))["person"]
    assert up["nickname"] == "Ada"
    change(teacher, up, hand=False)
    assert ada.me["me"]["hand"] is False
    bob.launch(**SHORT)
    received = set()
    while "runs" not in received:
        message = json.loads(others.recv(timeout=TIMEOUT))
        if message["type"] != "runs" or message["runs"]:
            received.add(message.get("person", {}).get("nickname") or message["type"])
    assert "Ada" not in received


def test_a_new_projector_link_ends_the_old_one_and_names_are_shown_there_only_if_asked(lab):
    teacher, ada, old = lab.teacher(), lab.student("Ada"), lab.projector()
    run = ada.launch(**SHORT)["id"]
    ada.http.patch(f"/api/runs/{run}", json={"shared": True}).raise_for_status()
    assert old.http.get(f"/api/runs/{run}").json()["owner"]["nickname"] is None

    new = lab.projector()

    assert old.me["role"] is None
    teacher.http.patch("/api/class", json={"numbers_only": False}).raise_for_status()
    assert new.http.get(f"/api/runs/{run}").json()["owner"]["nickname"] == "Ada"
    assert "code" in new.me
    assert "code" not in ada.me


def test_who_leaves_is_no_longer_known_in_that_browser(lab):
    ada = lab.student("Ada")
    old = ada.cookies()
    socket = ada.socket()

    assert ada.http.post("/api/class/me/leave").json()["role"] is None

    assert ended(socket) == 1008
    with closing(PersonClient(lab)) as other:
        answer = other.http.get("/api/class", headers={"Cookie": old}).json()
    assert answer == {"name": "1-B", "ended": False, "role": None}


def stored_names(lab):
    with closing(sqlite3.connect(lab.state_dir / "lossroom.sqlite3")) as database:
        (people,) = database.execute(
            "SELECT GROUP_CONCAT(nickname || COALESCE(phrase, '')) FROM people"
        ).fetchone()
        (runs,) = database.execute("SELECT COUNT(*) FROM runs WHERE owner IS NOT NULL").fetchone()
    return people.strip(","), runs


def test_when_the_class_ends_its_names_are_deleted_and_the_curves_stay(lab):
    teacher, ada = lab.teacher(), lab.student("Ada Lovelace")
    run = ada.launch(**SHORT)["id"]
    ada.wait_for(run, "completed")
    ada.http.post("/api/class/me/phrase").raise_for_status()
    socket = ada.socket()
    report = teacher.http.get("/api/class/export.html").text
    table = teacher.http.get("/api/class/export.csv").content.decode("utf-8-sig")
    assert "Ada Lovelace" in report
    assert table.splitlines()[1].startswith("1,Ada Lovelace,")
    (stored,) = {b"Ada Lovelace" in file.read_bytes() for file in lab.state_dir.glob("lossroom.sqlite3-wal")}
    assert stored

    assert teacher.http.post("/api/class/end").json()["ended"] is True

    assert ended(socket) == 1008
    assert ada.me == {"name": "1-B", "ended": True, "role": None}
    joined = lab.visitor().http.post("/api/class/join", json={"code": "000000", "nickname": "Ada"})
    assert error(joined)["code"] == "class_ended"
    (person,) = teacher.http.get("/api/class/people").json()["people"]
    renamed = teacher.http.patch(f"/api/class/people/{person['id']}", json={"nickname": "Ada Lovelace"})
    assert error(renamed)["code"] == "class_ended"
    owner = teacher.http.get(f"/api/runs/{run}").json()["owner"]
    assert (owner["number"], owner["nickname"]) == (1, None)
    assert stored_names(lab) == ("", 1)
    lab.stop()
    for file in lab.state_dir.glob("lossroom.sqlite3*"):
        assert b"Ada Lovelace" not in file.read_bytes(), "what was deleted is still on the disk"
    lab.start()
    assert teacher.me == {"name": "1-B", "ended": False, "role": None}, "a new class of this name"
    assert lab.teacher().http.get(f"/api/runs/{run}").json()["owner"] is None


def test_a_class_ends_by_itself_after_its_days(tmp_path):
    with running_class(tmp_path, LOSSROOM_CLASS_DAYS=str(4 / 86_400)) as lab:
        lab.student("Ada")
        wait_until(lambda: lab.visitor().me["ended"], "the end of the class")
        assert stored_names(lab)[0] == ""


def test_a_class_whose_days_were_over_while_the_lab_was_closed_is_not_opened_again(tmp_path):
    with running_class(tmp_path) as lab:
        ada, code = lab.student("Ada"), lab.code
        lab.stop()
        with closing(sqlite3.connect(lab.state_dir / "lossroom.sqlite3")) as database, database:
            database.execute("UPDATE classes SET made_at = made_at - 91 * 86400")
        lab.start()

        assert ada.me == {"name": "1-B", "ended": False, "role": None}
        assert stored_names(lab)[0] == ""
        assert lab.code != code
        assert lab.student("Ada").me["me"]["number"] == 1


def test_a_lab_that_is_opened_without_its_class_deletes_the_names_when_its_days_are_over(tmp_path):
    with running_class(tmp_path) as lab:
        lab.student("Ada")
        lab.stop()
        del lab.environment["LOSSROOM_CLASS"]
        lab.start()
        assert stored_names(lab)[0] == "Ada"
        lab.stop()
        lab.environment["LOSSROOM_CLASS_DAYS"] = str(0.01 / 86_400)
        lab.start()
        assert stored_names(lab)[0] == ""


def test_a_new_link_for_the_teacher_ends_the_one_before_and_whoever_came_by_it(lab):
    intruder = lab.teacher()
    socket = intruder.socket()
    old = lab.secret
    secret = new_token()
    assert renew_teacher_secret(lab.state_dir / "lossroom.sqlite3", hash_of(secret)) == "1-B"
    assert ended(socket) == 1008  # before anybody comes by the new one

    teacher = lab.visitor()
    teacher.http.post("/api/class/enter", json={"secret": secret}).raise_for_status()

    assert intruder.me["role"] is None
    assert error(lab.visitor().http.post("/api/class/enter", json={"secret": old}))["code"] == "wrong_secret"
    lab.restart()
    assert intruder.me["role"] is None
    assert teacher.me["role"] == "teacher"
