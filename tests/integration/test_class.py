"""A class: how people join, come back and are known, over HTTP."""

import signal
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from http.cookies import SimpleCookie

import pytest
from websockets.exceptions import InvalidStatus

from tests.support.class_lab import PersonClient, running_class
from tests.support.errors import error


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    with running_class(tmp_path_factory.mktemp("class")) as lab:
        yield lab


def join(client, lab, nickname, code=None):
    return client.http.post("/api/class/join", json={"code": code or lab.code, "nickname": nickname})


def test_a_lab_without_a_class_has_none_and_asks_no_one_who_they_are(make_lab):
    lab = make_lab()

    assert error(lab.http.get("/api/class"))["code"] == "no_class"
    assert error(lab.http.post("/api/class/join", json={"code": "1", "nickname": "a"}))["code"] == "no_class"
    assert lab.http.get("/join").status_code == 404
    assert lab.http.get("/wall").status_code == 404
    page = lab.http.get("/")
    assert page.status_code == 200
    assert "set-cookie" not in page.headers
    run = lab.launch()
    assert (run["owner"], run["shared"]) == (None, False)


def test_a_visitor_learns_the_name_of_the_class_only_and_is_led_to_where_people_join(lab):
    visitor = lab.visitor()

    assert visitor.me == {"name": "1-B", "ended": False, "role": None}
    sent = visitor.http.get("/")
    assert (sent.status_code, sent.headers["location"]) == (303, "join")
    for page in ("/?lang=ja", "/wall?lang=ja"):
        assert visitor.http.get(page).headers["location"] == "join?lang=ja"
    with pytest.raises(InvalidStatus) as refused:
        visitor.socket()
    assert refused.value.response.status_code == 401
    assert error(visitor.http.post("/api/stream", json={}))["code"] == "not_joined"


def test_a_person_joins_with_code_and_nickname_and_is_the_same_one_after_a_restart(tmp_path):
    with running_class(tmp_path) as lab:
        ada = lab.visitor()
        joined = join(ada, lab, "  Ada   L ")
        assert joined.status_code == 201
        me = joined.json()["me"]
        assert (me["nickname"], me["number"], joined.json()["role"]) == ("Ada L", 1, "student")
        assert join(lab.visitor(), lab, "Grace").json()["me"]["number"] == 2
        teacher, code = lab.teacher(), lab.code
        run = ada.launch()

        lab.restart(signal.SIGKILL)

        assert ada.me["me"] == me
        assert teacher.me["role"] == "teacher"
        assert teacher.me["code"] == code
        assert join(ada, lab, "another name").json()["me"] == me
        assert ada.http.get(f"/api/runs/{run['id']}").json()["owner"] == {
            "id": me["id"],
            "number": 1,
            "nickname": None,
        }
        assert teacher.http.get(f"/api/runs/{run['id']}").json()["owner"]["nickname"] == "Ada L"
        stored = (lab.state_dir / "lossroom.sqlite3").read_bytes()
        stored += (lab.state_dir / "lossroom.sqlite3-wal").read_bytes()
        for client in (ada, teacher):
            for token in client.http.cookies.values():
                assert token.encode() not in stored
                assert token not in lab.read_log()
        assert lab.secret.encode() not in stored
        assert lab.secret not in lab.read_log()


def test_two_tabs_of_a_browser_that_join_at_the_same_moment_are_one_person(lab):
    visitor = lab.visitor()
    code = lab.code
    headers = {"Cookie": visitor.cookies()}

    def tab(nickname):
        given = {"code": code, "nickname": nickname}
        with closing(PersonClient(lab)) as tab:
            return tab.http.post("/api/class/join", json=given, headers=headers).json()["me"]

    with ThreadPoolExecutor(8) as threads:
        people = list(threads.map(tab, ["Tab"] * 8))

    assert len({person["id"] for person in people}) == 1
    other = join(lab.visitor(), lab, "Tab")
    assert error(other)["code"] == "nickname_taken"


def test_the_cookie_cannot_be_read_by_scripts_and_belongs_to_one_class_below_the_labs_path(lab, tmp_path):
    visitor = lab.visitor()

    def cookie(**headers):
        answer = visitor.http.get("/join", headers={"Cookie": "", **headers})
        ((name, morsel),) = SimpleCookie(answer.headers["set-cookie"]).items()
        return name, morsel

    name, morsel = cookie()
    assert name.startswith("lossroom-")
    assert len(morsel.value) >= 43  # 256 bits
    assert morsel["httponly"] is True
    assert morsel["samesite"] == "lax"
    assert morsel["secure"] == ""
    assert morsel["path"] == "/"
    # a lab on another port of this host, to which browsers send the same cookies
    with running_class(tmp_path) as other:
        assert [cookie for cookie in other.visitor().http.cookies if cookie == name] == []


def test_behind_a_proxy_the_cookie_is_for_tls_alone_and_for_the_labs_path(tmp_path):
    with running_class(tmp_path, LOSSROOM_TRUSTED_PROXIES="127.0.0.1") as lab:
        visitor = lab.visitor()
        headers = {"X-Forwarded-Proto": "https", "X-Forwarded-Prefix": "/lab", "Cookie": ""}
        cookies = SimpleCookie(visitor.http.get("/join", headers=headers).headers["set-cookie"])
        ((_, first),) = cookies.items()
        given = {"code": lab.code, "nickname": "Ada"}
        answer = visitor.http.post("/api/class/join", json=given, headers=headers)
        ((_, joined),) = SimpleCookie(answer.headers["set-cookie"]).items()

    for morsel in (first, joined):
        assert (morsel["secure"], morsel["path"], morsel["httponly"]) == (True, "/lab/", True)
    assert first.value != joined.value  # whoever planted the first one does not have the second


@pytest.mark.parametrize(
    ("nickname", "code", "field"),
    [
        ("", "missing", "nickname"),
        (" \t ", "missing", "nickname"),
        ("\u200b \u200b", "missing", "nickname"),
        ("x" * 25, "invalid", "nickname"),
    ],
)
def test_a_nickname_that_is_none_is_refused_beside_its_field(lab, nickname, code, field):
    refusal = error(join(lab.visitor(), lab, nickname))
    assert (refusal["code"], refusal["field"]) == (code, field)


def test_a_wrong_code_a_wrong_link_and_a_full_class_are_refused(tmp_path):
    with running_class(tmp_path, LOSSROOM_MAX_PEOPLE="2") as lab:
        code = lab.code
        other = f"{(int(code) + 1) % 10**6:06}"
        checked = lab.visitor().http.post("/api/class/check", json={"code": other})
        for wrong in (error(join(lab.visitor(), lab, "Ada", code=other)), error(checked)):
            assert (wrong["code"], wrong["field"]) == ("wrong_code", "code")
        assert lab.visitor().http.post("/api/class/check", json={"code": code}).json() == lab.visitor().me
        spaced = f"{code[:3]} {code[3:]}".translate(str.maketrans("0123456789", "０１２３４５６７８９"))
        assert join(lab.visitor(), lab, "Ada", code=spaced).status_code == 201
        assert join(lab.visitor(), lab, "Grace").status_code == 201
        full = error(join(lab.visitor(), lab, "Emmy"))
        assert (full["code"], full["bounds"]["maximum"]) == ("class_full", 2)
        link = lab.visitor().http.post("/api/class/enter", json={"secret": "x" * 43})
        assert error(link)["code"] == "wrong_secret"


def test_after_many_wrong_codes_of_a_browser_it_waits_also_with_a_right_one_and_others_do_not(tmp_path):
    """Otherwise an answer would tell which code is right. Each further wrong code makes the while longer."""
    with running_class(tmp_path) as lab:
        code = lab.code
        eve = lab.visitor()
        tried = 0
        while (checked := eve.http.post("/api/class/check", json={"code": code})).status_code == 200:
            join(eve, lab, "Eve", code="none")
            tried += 1

        assert 25 <= tried <= 60
        # so do those who send no cookie, or one that is not the lab's: they may be the same person
        stranger = {"Cookie": "; ".join(f"{name}=made-up" for name in eve.http.cookies)}
        others = [lab.visitor().http.post("/api/class/check", json={"code": code}, headers=stranger)]
        for refused in (checked, *others):
            assert (refused.status_code, error(refused)["code"]) == (429, "too_many_codes")
            assert error(refused)["bounds"]["seconds"] >= 1

        # who has opened the page joins meanwhile, also after a slip
        ada = lab.visitor()
        assert error(join(ada, lab, "Ada", code="none"))["code"] == "wrong_code"
        assert join(ada, lab, "Ada", code=code).status_code == 201


def test_another_class_begins_without_people_and_the_old_one_ends(tmp_path):
    with running_class(tmp_path) as lab:
        lab.student("Ada")
        before = lab.code
        lab.stop()
        lab.environment["LOSSROOM_CLASS"] = "2-C"
        lab.start()

        new = lab.visitor()
        assert new.me == {"name": "2-C", "ended": False, "role": None}
        ada = PersonClient(lab)
        assert join(ada, lab, "Ada").json()["me"]["number"] == 1
        assert lab.code != before
        with closing(sqlite3.connect(lab.state_dir / "lossroom.sqlite3")) as database:
            names = database.execute(
                "SELECT classes.name, nickname FROM people JOIN classes ON classes.id = class_id"
                " WHERE role = 'student'"
            ).fetchall()
        assert sorted(names) == [("1-B", ""), ("2-C", "Ada")]
