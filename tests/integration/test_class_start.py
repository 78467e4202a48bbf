"""Starting a class: the terminal, the teacher's link, the addresses and their QR code."""

import os
import pty
import re
import select
import subprocess
import time

import pytest
import segno

from app.commands.doctor import doctor
from app.settings import Settings
from tests.support import commands
from tests.support.class_lab import running_class
from tests.support.commands import LOSSROOM
from tests.support.errors import error
from tests.support.nginx import BINARY, Nginx, block

PUBLIC = "http://192.168.7.20:8000"


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    with running_class(tmp_path_factory.mktemp("class"), LOSSROOM_PUBLIC_URL=PUBLIC) as lab:
        yield lab


def teacher_link(lab):
    return commands.run(
        "teacher-link", "--state-dir", lab.state_dir, environment={**os.environ, **lab.environment}
    )


def enter(lab, link):
    """The answer to a new browser that opens a link."""
    return lab.visitor().http.post("/api/class/enter", json={"secret": link.split("#teacher=")[1].strip()})


def modules(picture):
    """A QR code of half blocks, as rows of dark and light."""
    kinds = {" ": (1, 1), "\u2580": (0, 1), "\u2584": (1, 0), "\u2588": (0, 0)}
    rows = []
    for line in picture:
        rows += [[kinds[block][half] for block in line] for half in (0, 1)]
    return rows


def test_the_terminal_says_where_and_with_which_code_people_join_and_shows_both_as_a_qr_code(lab):
    code = lab.code
    assert lab.said[1:3] == [
        f"  class 1-B: people join at {PUBLIC}/join\n",
        f"  with the code {code[:3]} {code[3:]}\n",
    ]
    picture = [line.rstrip("\n") for line in lab.said if set(line) & set("\u2580\u2584\u2588")]
    shown = [list(row) for row in segno.make_qr(f"{PUBLIC}/join#{code}", error="m").matrix_iter(border=2)]
    assert modules(picture)[: len(shown)] == shown
    assert "lossroom teacher-link" in "".join(lab.said)


def test_the_teachers_secret_is_printed_once_in_a_terminal_and_never_into_a_log(tmp_path, lab):
    assert "#teacher=" not in "".join(lab.said)
    assert "teacher=" not in lab.read_log()

    def printed():
        """What a terminal shows until the lab is open."""
        own_end, terminal_end = pty.openpty()
        command = [LOSSROOM, "serve", "--class", "2-A", "--port", "0", "--state-dir", str(tmp_path / "state")]
        process = subprocess.Popen(
            command,
            stdout=terminal_end,
            stderr=terminal_end,
            env={**os.environ, "LOSSROOM_PUBLIC_URL": PUBLIC},
        )
        os.close(terminal_end)
        shown, deadline = b"", time.monotonic() + 60
        while b" runs in " not in shown and time.monotonic() < deadline:
            if select.select([own_end], [], [], 1)[0]:
                shown += os.read(own_end, 65536)
        process.terminate()
        process.wait(60)
        os.close(own_end)
        return shown.decode()

    first = printed()
    (secret,) = re.findall(rf"{PUBLIC}/join#teacher=(\S+)", first)
    assert len(secret) > 40
    assert "\x1b[97;40m" in first, "the QR code is dark on light in every theme"
    assert "#teacher=" not in printed()
    for file in (tmp_path / "state").rglob("*"):
        assert not file.is_file() or secret.encode() not in file.read_bytes()


def test_a_new_link_replaces_the_old_one_while_the_lab_runs_and_while_it_does_not(tmp_path):
    with running_class(tmp_path) as lab:
        before = f"#teacher={lab.secret}"
        assert enter(lab, before).json()["role"] == "teacher"
        while_it_runs = teacher_link(lab)
        assert (while_it_runs.returncode, while_it_runs.stderr) == (0, "")
        assert f":{lab.port}/join#teacher=" in while_it_runs.stdout
        assert enter(lab, while_it_runs.stdout).json()["role"] == "teacher"
        assert error(enter(lab, before))["code"] == "wrong_secret"
        lab.stop()
        meanwhile = teacher_link(lab).stdout
        lab.start()
        assert enter(lab, meanwhile).json()["role"] == "teacher"
        assert enter(lab, while_it_runs.stdout).status_code == 403


def test_without_a_class_there_is_no_teachers_link(make_lab, tmp_path):
    lab = make_lab()
    done = teacher_link(lab)
    assert (done.returncode, done.stdout) == (2, "")
    assert "lossroom serve --class NAME" in done.stderr
    lab.state_dir = tmp_path / "nothing"
    assert teacher_link(lab).returncode == 2
    assert not lab.state_dir.exists()


@pytest.mark.skipif(BINARY is None, reason="there is no nginx on this machine (scripts/ensure-nginx.sh)")
def test_the_doctor_of_a_class_comes_through_as_a_visitor_and_finds_a_proxy_without_a_name(
    lab, capsys, tmp_path
):
    settings = Settings(class_name="1-B", port=lab.port, state_dir=lab.state_dir, data_dir=lab.data_dir)
    assert doctor(settings, lab.url) == 0
    said = capsys.readouterr().out
    assert "reaches the lab through the proxy" in said
    assert "the class '1-B'" in said
    assert "cookie      is of /\n" in said
    plain = block().replace("listen 443 ssl;", "listen 80;").replace("ssl_certificate", "# ssl_certificate")
    with Nginx(tmp_path / "nginx", plain, tls=False).running(lab.port) as nginx:
        assert doctor(settings, f"http://127.0.0.1:{nginx.port}/lab") == 1
    said = capsys.readouterr().out
    assert "WRONG  cookie      the lab takes this for http at /;" in said
    assert "LOSSROOM_TRUSTED_PROXIES" in said


def test_the_teacher_and_the_projector_have_the_qr_code_and_no_one_else(lab):
    teacher = lab.teacher()
    assert teacher.me["addresses"] == [PUBLIC]
    answer = teacher.http.get("/api/class/qr.svg")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/svg+xml")
    assert answer.headers["cache-control"] == "no-store"
    assert answer.content.startswith(b"<svg")
    assert answer.content == teacher.http.get("/api/class/qr.svg", params={"address": PUBLIC}).content
    refused = error(teacher.http.get("/api/class/qr.svg", params={"address": "http://evil.example"}))
    assert (refused["field"], PUBLIC in refused["message"]) == ("address", True)
    code = lab.code
    teacher.http.post("/api/class/code").raise_for_status()
    assert lab.code != code
    assert teacher.http.get("/api/class/qr.svg").content != answer.content
    student = lab.student("Ada")
    assert "addresses" not in student.me
    assert student.http.get("/api/class/qr.svg").status_code == 403
    assert lab.visitor().http.get("/api/class/qr.svg").status_code == 401


def test_where_no_address_is_known_those_by_which_the_teacher_came_are(tmp_path):
    with running_class(tmp_path, LOSSROOM_HOST="127.0.0.1") as lab:
        teacher, student = lab.teacher(), lab.student("Ada")
        assert error(teacher.http.get("/api/class/qr.svg"))["code"] == "no_address"

        def ask(member, host):
            headers = {"Host": host, "Cookie": member.cookies()}
            assert member.http.get("/api/class", headers=headers).json()["role"]

        ask(student, "192.168.7.66")
        ask(student, "10.0.0.1:80")
        assert teacher.me["addresses"] == []
        ask(teacher, f"192.168.7.20:{lab.port}")
        assert teacher.me["addresses"] == [f"http://192.168.7.20:{lab.port}"]
        assert teacher.http.get("/api/class/qr.svg").status_code == 200
