"""Role × route, over HTTP and the WebSocket: each role gets what the table of `app/people/access.py` allows them."""

import json

import pytest
from websockets.exceptions import InvalidStatus

from app.live import frames
from app.people.access import SOCKET, TABLE, WORKERS, IncompleteTable, Needs, check
from app.people.person import Role
from tests.support.class_lab import running_class
from tests.support.experiments import SHORT
from tests.support.waiting import TIMEOUT, wait_until

ROLES = {
    "visitor": None,
    "ada": Role.STUDENT,
    "bob": Role.STUDENT,
    "teacher": Role.TEACHER,
    "projector": Role.PROJECTOR,
}
#: What the guard refuses with, which no route does by itself here.
REFUSED = {"not_joined": 401, "not_allowed": 403, "not_yours": 403}
#: What makes a request with a body one that the route refuses: nothing happens where it is let through.
NOTHING = {"of": "no route"}
#: What needs no body, and would change the class for the other tests: only refusals are tried here.
DECISIVE = {f"/api/class/{name}" for name in ("end", "code", "projector-link", "me/leave")}


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    with running_class(tmp_path_factory.mktemp("class")) as lab:
        yield lab


@pytest.fixture(scope="module")
def people(lab):
    return {
        "visitor": lab.visitor(),
        "ada": lab.student("Ada"),
        "bob": lab.student("Bob"),
        "teacher": lab.teacher(),
        "projector": lab.projector(),
    }


@pytest.fixture(scope="module")
def trained(people, lab):
    run = people["ada"].launch(**SHORT)
    people["ada"].wait_for(run["id"], "completed")
    return run


@pytest.fixture(scope="module")
def kept(trained):
    """A private run of Ada's and a shared one, by whether it is shared."""
    return {}


def of_ada(people, kept, *, shared):
    """A run of hers, which is there at once: it has been trained. She may not launch too often."""
    if shared not in kept:
        kept[shared] = people["ada"].launch(fresh=False, **SHORT)["id"]
        changes = {"shared": shared}
        people["ada"].http.patch(f"/api/runs/{kept[shared]}", json=changes).raise_for_status()
    return kept[shared]


def exported(member, run_id):
    """A run as a document. Waits while exports are refused because the tests before have made too many."""

    def answer():
        found = member.http.get(f"/api/exports/json?runs={run_id}")
        return None if found.status_code == 429 else found.raise_for_status()

    return wait_until(answer, "the export").content


def request(member, method, path):
    values = {
        "{person_id}": "nothing",
        "{view_id}": "nothing",
        "{training_id}": "nothing",
        "{iteration}": "1000000000",
        "{language}": "en",
        "{name}": "nothing",
        "{slug}": "nothing",
    }
    for blank, value in values.items():
        path = path.replace(blank, value)
    for blank in ("{rest}", "{path:path}", "{kind}"):
        path = path.replace(blank, "nothing")
    return member.http.request(method, path, json=None if method == "GET" else NOTHING)


def verdict(answer):
    """How the guard has refused a request; None: it has let it through."""
    if answer.status_code < 400 or not answer.headers["content-type"].startswith("application/json"):
        return None
    error = answer.json()["error"]
    if error["code"] in REFUSED:
        assert answer.status_code == REFUSED[error["code"]]
        return error["code"]
    return "no run" if (error["code"], error["field"]) == ("not_found", "id") else None


@pytest.mark.parametrize(
    "key",
    [key for key, rule in TABLE.items() if rule.run is Needs.NOTHING and key[0] != SOCKET],
    ids=" ".join,
)
def test_each_role_is_let_through_to_a_route_or_refused_as_the_table_says(key, people):
    for name, role in ROLES.items():
        allowed = role in TABLE[key].roles
        expected = None if allowed else "not_joined" if role is None else "not_allowed"
        if allowed and key[1] in DECISIVE:
            continue
        assert verdict(request(people[name], *key)) == expected, name


@pytest.mark.parametrize(
    "key", [key for key, rule in TABLE.items() if rule.run is not Needs.NOTHING], ids=" ".join
)
@pytest.mark.parametrize("shared", [False, True], ids=["private", "shared"])
def test_a_run_is_its_owners_and_the_teachers_and_others_see_what_is_shared(key, shared, people, kept):
    method, path = key
    rule = TABLE[key]
    for name, role in ROLES.items():
        sees = name in ("ada", "teacher") or shared
        changes = name in ("ada", "teacher")
        if role is None:
            expected = "not_joined"
        elif role not in rule.roles:
            expected = "not_allowed"
        elif not sees:
            expected = "no run"
        else:
            expected = "not_yours" if rule.run is Needs.CHANGE and not changes else None
        asked = path.replace("{run_id}", of_ada(people, kept, shared=shared))
        assert verdict(request(people[name], method, asked)) == expected, name
        if method == "DELETE" and expected is None:
            del kept[shared]


def test_a_socket_shows_each_person_what_they_may_see_and_visitors_nothing(people, kept):
    private, shared = of_ada(people, kept, shared=False), of_ada(people, kept, shared=True)
    with pytest.raises(InvalidStatus) as refused:
        people["visitor"].socket()
    assert refused.value.response.status_code == 401

    for name in ("ada", "bob", "teacher", "projector"):
        socket = people[name].socket()
        socket.send(json.dumps({"subscribe": {private: 0, shared: 0}}))
        runs, rows = set(), set()
        complete = False
        while not complete or shared not in rows or (name in ("ada", "teacher") and private not in rows):
            message = socket.recv(timeout=TIMEOUT)
            if isinstance(message, bytes):
                rows.add(frames.decode(message)[0]["run"])
            elif (text := json.loads(message))["type"] == "runs":
                runs |= {run["id"] for run in text["runs"]}
                complete = complete or text.get("more") is False
        assert (private in runs, shared in runs) == (name in ("ada", "teacher"), True), name
        assert (private in rows) == (name in ("ada", "teacher")), name
        assert (private in people[name].runs()) == (name in ("ada", "teacher")), name
        polled = people[name].http.post("/api/stream", json={"subscribe": {private: 0, shared: 0}}).content
        assert (private.encode() in polled) == (name in ("ada", "teacher")), name
        assert shared.encode() in polled


def test_a_polling_page_goes_on_only_in_what_its_person_reads(people):
    for name, most in (("ada", 1), ("teacher", 0), ("projector", 0)):
        post = people[name].http.post
        first = post("/api/stream", json={}).content
        hello = json.loads(first[5 : 5 + int.from_bytes(first[1:5], "little")])
        asked = {"server": hello["server"], "state": hello["state"]}
        for lane in range(3):
            answer = post(
                "/api/stream", json={**asked, "rest": {"archived": False, "before": 5, "lane": lane}}
            )
            assert answer.status_code == (200 if lane <= most else 422), (name, lane)


def test_while_launching_is_held_students_start_nothing_by_any_route_and_the_teacher_may(people, kept):
    run_id = of_ada(people, kept, shared=False)
    people["teacher"].http.post("/api/class/hold", json={"held": True}).raise_for_status()
    try:
        for (method, path), rule in TABLE.items():
            if rule.roles != WORKERS or method in ("GET", "DELETE"):
                continue
            for name in ("ada", "teacher"):
                answer = request(people[name], method, path.replace("{run_id}", run_id))
                held = answer.status_code == 409 and answer.json()["error"]["code"] == "held"
                assert held == (name == "ada" and not rule.when_held), (name, path)
    finally:
        people["teacher"].http.post("/api/class/hold", json={"held": False}).raise_for_status()


def test_runs_that_are_named_beside_the_path_are_checked_too(people, kept):
    private, shared = of_ada(people, kept, shared=False), of_ada(people, kept, shared=True)
    of_bob = people["bob"].launch(fresh=False, **SHORT)["id"]
    paths = [f"/api/exports/{kind}?runs={{run}}" for kind in ("csv", "json", "html")]
    paths += ["/api/fields?runs={run}", f"/api/runs/{of_bob}/comparison?with={{run}}"]
    for path in paths:
        assert people["bob"].http.get(path.format(run=shared)).status_code == 200, path
        assert verdict(people["bob"].http.get(path.format(run=private))) == "no run", path
        assert people["teacher"].http.get(path.format(run=private)).status_code == 200, path
    around = {
        "runs": [{"run": run, "iteration": 1} for run in (shared, private)],
        "options": {"size": 5, "images": 10},
    }
    assert verdict(people["bob"].http.post("/api/landscapes", json=around)) == "no run"
    assert people["teacher"].http.post("/api/landscapes", json=around).status_code == 200


def test_a_route_without_a_row_and_a_row_without_a_route_are_refused():
    check(TABLE)
    with pytest.raises(IncompleteTable, match="GET /api/new: no row"):
        check([*TABLE, ("GET", "/api/new")])
    with pytest.raises(IncompleteTable, match="GET /health: a row"):
        check(TABLE.keys() - {("GET", "/health")})


def test_the_table_gives_visitors_no_runs_and_the_projector_nothing_to_change():
    for (method, path), rule in TABLE.items():
        if None in rule.roles:
            assert method == "GET" or path in [
                f"/api/class/{way}" for way in ("check", "join", "enter", "return")
            ], path
            assert not path.startswith("/api/") or path.startswith("/api/class"), path
        if Role.PROJECTOR in rule.roles:
            reads = method in ("GET", SOCKET) or path in ("/api/stream", "/api/class/me/leave")
            assert reads or None in rule.roles, path
        if rule.run is Needs.NOTHING and Role.STUDENT in rule.roles:
            assert Role.TEACHER in rule.roles or path.startswith("/api/class/me"), path


def test_who_launches_forks_clones_or_imports_a_run_owns_it(people, kept):
    shared = of_ada(people, kept, shared=True)
    bob, document = people["bob"], exported(people["ada"], shared)
    answers = [
        bob.http.post("/api/runs", json=SHORT),
        bob.http.post("/api/experiments", json={"experiments": [SHORT, SHORT]}),
        bob.http.post(f"/api/runs/{shared}/clone"),
        bob.http.post(f"/api/runs/{shared}/fork", json={"iteration": 3, "changes": {"seed": 5}, "seed": 1}),
        bob.http.post(f"/api/runs/{shared}/fork", json={"iteration": 3, "seed": 1}),
        bob.http.post("/api/imports", content=document),
    ]
    texts = [answer.text for answer in answers]
    # all but the fork of what cannot change
    assert [answer.status_code for answer in answers] == [201, 201, 201, 422, 201, 201], texts
    made = [
        run
        for answer in answers
        if answer.status_code == 201
        for run in answer.json().get("runs", [answer.json()])
    ]

    assert len(made) == 6
    assert {run["owner"]["id"] for run in made} == {bob.id}
    assert {run["shared"] for run in made} == {False}
    assert {run["id"] for run in made} & people["ada"].runs() == set()
    assert {run["id"] for run in made} <= people["teacher"].runs()


def test_a_launch_that_another_person_has_trained_says_how_many_show_it_and_not_who(people, trained):
    run = people["bob"].launch(fresh=False, **SHORT)

    assert run["shared_with"] > 0
    assert run["training"] == trained["training"]
    polled = people["bob"].http.post("/api/stream", json={"subscribe": {run["id"]: 0}}).content
    assert people["ada"].id not in json.dumps(run)
    for answer in (json.dumps(run).encode(), people["bob"].http.get("/api/runs").content, polled):
        for secret in (b"Ada", trained["id"].encode()):
            assert secret not in answer


def test_a_fork_names_another_persons_run_only_to_those_who_may_see_it(people, trained):
    secret = people["ada"].launch(fresh=False, **{**SHORT, "name": "my secret name"})["id"]
    fork = {"iteration": 2, "seed": 7, "name": "fork"}
    of_teacher = people["teacher"].http.post(f"/api/runs/{secret}/fork", json=fork).json()["id"]
    people["teacher"].http.patch(f"/api/runs/{of_teacher}", json={"shared": True}).raise_for_status()
    people["ada"].http.patch(f"/api/runs/{secret}", json={"shared": True}).raise_for_status()
    bob = people["bob"]
    copies = [of_teacher, bob.http.post(f"/api/runs/{of_teacher}/clone").json()["id"]]

    def names(member):
        return [member.http.get(f"/api/runs/{copy}").json()["origin"]["name"] for copy in copies]

    assert names(bob) == ["my secret name"] * 2
    people["ada"].http.patch(f"/api/runs/{secret}", json={"shared": False}).raise_for_status()
    assert names(people["teacher"]) == ["my secret name"] * 2
    assert names(bob) == ["", ""]
    copies.append(bob.http.post(f"/api/runs/{of_teacher}/clone").json()["id"])
    assert names(bob) == ["", "", ""]
    document = bob.http.get(f"/api/exports/json?runs={','.join(copies)}").content
    assert b"my secret name" not in document
    assert bob.http.post("/api/imports", content=document).status_code == 201
    report = bob.http.get(f"/api/exports/html?runs={of_teacher}").text
    assert "my secret name" not in report
