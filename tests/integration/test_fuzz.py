"""Whatever is sent, over HTTP or the WebSocket: no 5xx, no crash, no leak, and the lab goes on."""

import copy
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from websockets.exceptions import ConnectionClosed

from tests.support import made_once
from tests.support.class_lab import running_class
from tests.support.experiments import QUICK
from tests.support.waiting import TIMEOUT, wait_until

#: Downloads would contact other hosts; every other route of the OpenAPI document is called.
OPERATIONS = [
    f"{method.upper()} {path}"
    for path, methods in made_once.openapi()["paths"].items()
    for method in methods
    if "fetch" not in path
]
#: Those that forget who asks come last.
OF_ALL_ROLES = sorted(OPERATIONS, key=lambda label: label.endswith(("/leave", "/end")))
#: A process is started for each request; files that are broken in some way have tests of their own.
EXPENSIVE = {"POST /api/own-data/uploads"}
patient = settings(max_examples=16, suppress_health_check=list(HealthCheck))


@pytest.fixture(scope="module")
def operations() -> dict[str, Any]:
    """By their labels. Only the process that runs these tests imports Schemathesis, which takes a second."""
    import schemathesis
    from schemathesis.core.result import Ok

    schema = schemathesis.openapi.from_dict(copy.deepcopy(made_once.openapi())).exclude(path_regex="fetch")
    made = {}
    for found in schema.get_all_operations():
        assert isinstance(found, Ok), "the description of a route is not valid"
        made[found.ok().label] = found.ok()
    assert made.keys() == set(OPERATIONS)
    return made


def assert_no_server_error(case, response):
    from schemathesis.checks import not_a_server_error

    case.validate_response(response, checks=[not_a_server_error])


@pytest.fixture(scope="module")
def target(lab):
    """A run that the requests may change or delete."""
    run = lab.launch()
    lab.wait_for(run["id"], "completed")
    return run["id"]


@pytest.fixture(scope="module")
def people(tmp_path_factory):
    """One person of each role in a class, a visitor first; and values for paths: a student, their run and a lesson."""
    with running_class(tmp_path_factory.mktemp("class")) as lab:
        student, teacher, projector = lab.student("Ada"), lab.teacher(), lab.projector()
        values = {"run_id": student.launch()["id"], "person_id": student.id, "slug": "1a-vanishing-gradient"}
        yield [lab.visitor(), student, projector, teacher], values


@pytest.mark.parametrize("label", OF_ALL_ROLES)
def test_no_request_of_anybody_in_a_class_causes_a_server_error(label, people, operations):
    members, values = people

    @settings(patient, max_examples=4)
    @given(operations[label].as_strategy())
    def request(case):
        if case.method != "DELETE":
            case.path_parameters.update({name: values[name] for name in values.keys() & case.path_parameters})
        for member in members:
            response = case.call(base_url=member.lab.url, cookies=dict(member.http.cookies))
            assert_no_server_error(case, response)
            if response.status_code >= 400:
                assert set(response.json()["error"]) == {"code", "message", "field", "bounds"}

    request()
    if "person_id" in label:  # it may have removed the student
        members[-1].http.patch(f"/api/class/people/{values['person_id']}", json={"removed": False})


@pytest.mark.parametrize("label", [label for label in OPERATIONS if "/api/class" not in label])
def test_no_request_that_the_openapi_document_allows_causes_a_server_error(label, lab, target, operations):
    @settings(patient, max_examples=4 if label in EXPENSIVE else 16)
    @given(operations[label].as_strategy())
    def request(case):
        if (
            case.method != "DELETE"
            and "run_id" in case.path_parameters
            and len(case.path_parameters["run_id"]) % 2
        ):
            case.path_parameters["run_id"] = target

        response = case.call(base_url=lab.url)

        assert_no_server_error(case, response)
        if response.status_code >= 400:
            assert set(response.json()["error"]) == {"code", "message", "field", "bounds"}

    request()


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False)
    | st.text(max_size=20),
    lambda children: (
        st.lists(children, max_size=4) | st.dictionaries(st.text(max_size=10), children, max_size=4)
    ),
    max_leaves=8,
)
VALID = {
    **QUICK,
    "dataset": {"name": "digits", "train_size": 100, "validation_size": 50, "augment": {"shift": 1}},
    "network": {
        "layers": [
            {"type": "conv2d", "filters": 2, "kernel_size": 3},
            {"type": "activation", "name": "relu"},
            {"type": "flatten"},
            {"type": "dense", "units": 10},
        ],
        "initializer": {"name": "he_normal"},
    },
    "regularization": {"l1": 0.0, "l2": 0.1},
    "training": {"iterations": 5, "batch_size": 8, "schedule": {"name": "cosine"}, "early_stopping": {}},
    "seed": 1,
}


def places(value, path=()):
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in items:
        yield from places(child, (*path, key))


def put(document, path, value):
    document = copy.deepcopy(document)
    if not path:
        return value
    holder = document
    for key in path[:-1]:
        holder = holder[key]
    holder[path[-1]] = value
    return document


@settings(patient, max_examples=100)
@given(path=st.sampled_from(list(places(VALID))), value=JSON)
def test_an_experiment_with_any_value_anywhere_is_accepted_or_its_field_is_named(lab, path, value):
    answer = lab.http.post("/api/summary", content=json.dumps(put(VALID, path, value)))

    assert answer.status_code in (200, 422), answer.text
    if answer.status_code == 422:
        assert answer.json()["error"]["message"]


def within(path, value):
    """A document that has nothing but a value at a path of keys."""
    keys = [key for key in path if isinstance(key, str)]
    for key in reversed(keys):
        value = {key: value}
    return value


@settings(patient, max_examples=100)
@given(path=st.sampled_from(list(places(VALID))), value=JSON)
def test_a_fork_with_any_change_anywhere_is_accepted_or_its_field_is_named(lab, target, path, value):
    changes = json.dumps({"iteration": 50, "changes": within(path, value)})
    answer = lab.http.post(f"/api/runs/{target}/fork/check", content=changes)

    assert answer.status_code in (200, 422), answer.text
    if answer.status_code == 422:
        error = answer.json()["error"]
        assert error["message"]
        assert error["field"] is not None


MESSAGES = (
    st.binary(max_size=200)
    | st.text(max_size=200)
    | JSON.map(json.dumps)
    | st.fixed_dictionaries({}, optional={"subscribe": JSON, "unsubscribe": JSON, "else": JSON}).map(
        json.dumps
    )
    | st.dictionaries(st.text(max_size=10), JSON, max_size=3).map(
        lambda runs: json.dumps({"subscribe": runs})
    )
)


@patient
@given(messages=st.lists(MESSAGES, max_size=20))
def test_no_message_on_the_socket_harms_the_lab(lab, messages):
    socket = lab.socket()
    try:
        for message in messages:
            socket.send(message)
        socket.send(json.dumps({"unsubscribe": []}))
    except ConnectionClosed:
        pass  # a client that sends only invalid messages is disconnected
    socket.close()

    assert lab.http.get("/health").status_code == 200


def test_a_hundred_bad_messages_end_their_socket_and_leave_no_viewer_behind(lab):
    socket = lab.socket()
    with pytest.raises(ConnectionClosed) as closed:  # noqa: PT012
        for _ in range(500):
            socket.send("{")
            socket.recv(timeout=TIMEOUT)
    assert closed.value.rcvd.code == 1008
    wait_until(lambda: lab.http.get("/health").json()["viewers"] == 0, "the viewers' end")
