"""Calls of a lesson's routes, whose answers are as `/docs` describes them."""

import json
import re

import jsonschema_rs

from tests.support import made_once
from tests.support.schemas import shape_of
from tests.support.small_lesson import LATE, SEALED, SLUG
from tests.support.waiting import wait_until

PATH = f"/api/lessons/{SLUG}"
DOCUMENT = made_once.openapi()


def checked(answer, method, path, status=200):
    """What an answer says; it is as `/docs` describes it."""
    assert answer.status_code == status, answer.text
    schema = shape_of(DOCUMENT, method, f"/api/lessons/{{slug}}{path}", status)
    jsonschema_rs.validator_for(schema).validate(answer.json())
    return answer.json()


def seal(http, **changes):
    return checked(http.post(f"{PATH}/attempts", json={**SEALED, **changes}), "post", "/attempts", 201)


def newest(http):
    return checked(http.get(f"{PATH}/attempts/newest"), "get", "/attempts/newest")


def until_seen(http):
    """The attempt when its runs have ended."""
    return wait_until(lambda: (found := newest(http))["outcome"] is not None and found, "the outcome")


def reply(http, name, value, **more):
    return http.post(f"{PATH}/attempts/newest/answers", json={"id": name, "value": value, **more})


def room(http):
    return checked(http.get(f"{PATH}/room"), "get", "/room")


def vote(teacher, phase, question="ahead"):
    return teacher.http.post("/api/class/vote", json={"lesson": SLUG, "question": question, "phase": phase})


def demand_silence(answer, *allowed):
    """Nothing in an answer gives away what is right, or says what comes later."""
    text = json.dumps(answer)
    assert not re.search(r"holds|test\(|iterations\(|UNTRUE", text)
    for step in LATE.keys() - set(allowed):
        assert LATE[step] not in text, step
