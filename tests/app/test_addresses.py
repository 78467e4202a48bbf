"""The addresses by which people open the lab."""

import functools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import HTTPConnection

from app import machine
from app.addresses import REMEMBERED, Addresses
from app.settings import Settings


@pytest.fixture(autouse=True)
def two_networks(monkeypatch):
    monkeypatch.setattr(machine, "addresses", lambda: ["192.168.1.20", "10.0.0.2"])


def request(host, scheme="http", root_path=""):
    headers = [(b"host", host.encode("latin-1"))] if host is not None else []
    scope = {"type": "http", "scheme": scheme, "headers": headers, "root_path": root_path, "path": "/"}
    return HTTPConnection({**scope, "query_string": b"", "server": ("127.0.0.1", 8000)})


def addresses(in_container=False, **settings):
    return Addresses(Settings(**settings), in_container=in_container)


@pytest.mark.parametrize(
    ("settings", "in_container", "found"),
    [
        ({}, False, []),
        ({"open": True}, False, ["http://192.168.1.20:8000", "http://10.0.0.2:8000"]),
        ({"open": True, "port": 80}, False, ["http://192.168.1.20:80", "http://10.0.0.2:80"]),
        ({"host": "10.0.0.2"}, False, ["http://10.0.0.2:8000"]),
        ({"open": True}, True, []),
        ({"public_url": "https://lab.example/lab/"}, True, ["https://lab.example/lab"]),
        (
            {"allowed_origins": "https://lab.example", "root_path": "/lab"},
            False,
            ["https://lab.example/lab"],
        ),
    ],
)
def test_the_settings_and_the_machine_say_the_address(settings, in_container, found):
    assert addresses(in_container, **settings).all() == found


def test_in_a_container_those_by_which_requests_came_are_offered_and_the_teachers_come_first():
    known = addresses(True, class_name="1-B")
    known.note(request("192.168.1.20:8000"), by_teacher=False)
    known.note(request("lab.school.example", "https", "/lab"), by_teacher=True)
    known.note(request("10.0.0.2:8000"), by_teacher=False)
    found = ["https://lab.school.example/lab", "http://10.0.0.2:8000", "http://192.168.1.20:8000"]
    assert known.all() == found
    assert known.best == found[0]


@pytest.mark.parametrize(
    "host", ["evil.example", "8.8.8.8", "169.254.1.1", "localhost:8000", "127.0.0.1", "::1", "0.0.0.0", "a b"]
)
def test_a_student_cannot_lead_the_others_to_a_foreign_address(host):
    known = addresses(True, class_name="1-B")
    known.note(request(host), by_teacher=False)
    assert known.all() == []


def test_where_the_machine_knows_its_addresses_only_the_teachers_are_added():
    known = addresses(class_name="1-B")
    known.note(request("192.168.1.66:8000"), by_teacher=False)
    known.note(request("lab-pc.local:8000"), by_teacher=True)
    known.note(request("localhost:8000"), by_teacher=True)
    assert known.all() == ["http://192.168.1.20:8000", "http://10.0.0.2:8000", "http://lab-pc.local:8000"]


@functools.cache  # most come again in each example
def is_address(text):
    return Settings(public_url=text).public_url == text


@given(
    st.lists(st.tuples(st.text(st.characters(max_codepoint=127), max_size=40), st.booleans()), max_size=60)
)
def test_whatever_hosts_come_few_are_remembered_and_all_are_addresses(hosts):
    known = addresses(True, class_name="1-B")
    for host, by_teacher in hosts:
        known.note(request(host), by_teacher=by_teacher)
    for number in range(2 * REMEMBERED):
        known.note(request(f"10.0.0.{number + 1}"), by_teacher=number % 2 == 0)
    assert REMEMBERED <= len(known.all()) <= 2 * REMEMBERED
    assert all(map(is_address, known.all()))
