"""lossroom doctor: what it finds on this machine, and on the way through a proxy."""

import contextlib
import http.server
import socket
import sqlite3
import threading

import pytest

from app.commands.doctor import doctor
from app.commands.lessons import new_lesson
from app.settings import Settings
from tests.support.nginx import BINARY, Nginx, block, changed
from tests.support.waiting import wait_until


@pytest.fixture
def findings(capsys):
    """Runs it; returns its exit status and its lines, by what they are about: verdict and text."""

    def findings(settings, url=None):
        status = doctor(settings, url)
        lines = [line.split(maxsplit=1) for line in capsys.readouterr().out.splitlines()]
        found: dict[str, list[tuple[str, str]]] = {}
        for verdict, rest in lines:
            about, text = (part.strip() for part in rest.split("  ", maxsplit=1))
            found.setdefault(about, []).append((verdict, text))
        return status, found

    return findings


def settings_of(lab, **others):
    values = {"host": "127.0.0.1", "port": lab.port, "state_dir": lab.state_dir, "data_dir": lab.data_dir}
    return Settings(**{**values, **others})


def test_a_lab_that_runs_is_found_with_its_folder_and_its_data_sets(findings, lab):
    status, found = findings(settings_of(lab))
    assert status == 0
    assert f"the lab answers at {lab.url}" in found["port"][0][1]
    assert found["folder"] == [("ok", f"{lab.state_dir} can be written")]
    assert "digits" in found["data sets"][0][1]
    assert {verdict for name in ("port", "disk", "clock") for verdict, _ in found[name]} == {"ok"}


def test_before_the_first_start_nothing_is_made_and_missing_data_sets_have_their_command(findings, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    settings = Settings(host="127.0.0.1", port=port, state_dir=tmp_path / "state", data_dir=tmp_path / "data")
    status, found = findings(settings)
    assert status == 0
    assert "is free" in found["port"][0][1]
    assert ("note", True) in [
        (verdict, "lossroom fetch mnist" in text) for verdict, text in found["data sets"]
    ]
    assert list(tmp_path.iterdir()) == []


def test_an_address_of_checkpoints_is_tried_and_nothing_is_written_there(findings, lab, tmp_path):
    folder, closed = (tmp_path / "there").as_uri(), "ftp://127.0.0.1:9/lab"
    status, found = findings(settings_of(lab, checkpoints=folder))
    assert (status, found["saving"]) == (0, [("ok", f"{folder} answers; checkpoints go there")])
    assert list(tmp_path.iterdir()) == []
    for address, said in ((closed, "refused"), ("s3://bucket", "nstall s3fs")):
        status, found = findings(settings_of(lab, checkpoints=address))
        ((verdict, text),) = found["saving"]
        assert (status, verdict) == (1, "WRONG")
        assert address in text
        assert said in text


def test_own_lessons_are_counted_and_a_wrong_one_is_named(findings, lab, tmp_path, capsys):
    new_lesson("two-rates", tmp_path)
    new_lesson("wrong", tmp_path)
    (tmp_path / "wrong.en.md").write_text("---\nsection: X\n", "utf-8")
    (tmp_path / "wrong.ja.md").unlink()
    capsys.readouterr()  # the names of the new files
    status, found = findings(settings_of(lab, lessons_dir=tmp_path))
    assert status == 1
    (wrong, why), (right, count) = found["lessons"]
    assert (wrong, right) == ("WRONG", "ok")
    assert why.startswith("wrong.en.md:1: the settings must end with a line ---")
    assert count == f"1 of your own in {tmp_path}"


def test_another_program_on_the_port_and_a_clock_that_was_set_back_are_wrong(findings, tmp_path, make_lab):
    lab = make_lab()
    lab.wait_for(lab.launch()["id"], "completed")
    lab.stop()
    with contextlib.closing(sqlite3.connect(lab.state_dir / "lossroom.sqlite3")) as database, database:
        database.execute("UPDATE runs SET launched_at = launched_at + 86400")
    with socket.create_server(("127.0.0.1", 0)) as other:
        status, found = findings(settings_of(lab, port=other.getsockname()[1]))
    assert status == 1
    assert found["port"][0][0] == found["clock"][0][0] == "WRONG"
    assert "choose another LOSSROOM_PORT" in found["port"][0][1]
    assert "set the machine's clock" in found["clock"][0][1]


def test_a_folder_that_cannot_be_written_is_wrong(findings, tmp_path):
    (tmp_path / "file").touch()
    status, found = findings(Settings(state_dir=tmp_path / "file" / "state", data_dir=tmp_path))
    assert status == 1
    assert found["folder"][0][0] == "WRONG"
    assert "LOSSROOM_STATE_DIR" in found["folder"][0][1]


@pytest.mark.skipif(BINARY is None, reason="there is no nginx on this machine (scripts/ensure-nginx.sh)")
def test_through_a_proxy_it_finds_the_lab_and_names_what_keeps_the_websocket_back(findings, lab, tmp_path):
    plain = block().replace("listen 443 ssl;", "listen 80;").replace("ssl_certificate", "# ssl_certificate")
    settings = settings_of(lab)
    with Nginx(tmp_path / "right", plain, tls=False).running(lab.port) as nginx:
        url = f"http://127.0.0.1:{nginx.port}/lab"
        status, found = findings(settings, url)
        assert status == 0
        assert found["proxy"] == [("ok", f"{url} leads to the lab")]
        assert found["WebSocket"] == [("ok", "comes through the proxy")]
        assert found["clock"][1][0] == "ok"
    without = changed(plain, ("proxy_set_header Upgrade $http_upgrade;", ""))
    with Nginx(tmp_path / "without", without, tls=False).running(lab.port) as nginx:
        status, found = findings(settings, f"http://127.0.0.1:{nginx.port}/lab")
        assert status == 1
        assert found["proxy"][0][0] == "ok"
        assert found["WebSocket"][0][0] == "WRONG"
        assert "Upgrade" in found["WebSocket"][0][1]
    renamed = changed(plain, ("Host $http_host;", "Host lab.other;"))
    with Nginx(tmp_path / "renamed", renamed, tls=False).running(lab.port) as nginx:
        status, found = findings(settings, f"http://127.0.0.1:{nginx.port}/lab")
        assert (status, found["proxy"][0][0]) == (1, "WRONG")
        assert f"LOSSROOM_ALLOWED_ORIGINS=http://127.0.0.1:{nginx.port}" in found["proxy"][0][1]


def test_an_address_that_leads_elsewhere_is_wrong(findings, lab, make_lab):
    other = make_lab()
    wait_until(lambda: other.http.get("/health").status_code == 200, "the other lab")
    status, found = findings(settings_of(lab), other.url)
    assert (status, found["proxy"][0][0]) == (1, "WRONG")
    assert "another lab" in found["proxy"][0][1]
    with http.server.HTTPServer(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler) as stranger:
        threading.Thread(target=stranger.handle_request, daemon=True).start()
        status, found = findings(settings_of(lab), f"http://127.0.0.1:{stranger.server_port}")
    assert (status, found["proxy"][0][0]) == (1, "WRONG")
    assert "docs/proxies.md" in found["proxy"][0][1]
