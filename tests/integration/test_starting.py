"""Starting the lab: what it prints, which settings it accepts, and which mistakes it reports in one line."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from app import __version__, machine
from app.settings import PREFIX, Settings, SettingsError, read_settings

LOSSROOM = str(Path(sys.executable).with_name("lossroom"))


def lossroom(*arguments, **environment):
    """Run a command of the terminal with these settings only."""
    others = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    return subprocess.run(
        [LOSSROOM, *arguments], capture_output=True, text=True, timeout=60, env={**others, **environment}
    )


def test_the_lab_says_which_folder_it_shows_and_how_many_runs_are_there(make_lab):
    lab = make_lab()
    assert lab.said[1:] == [f"  0 runs in {lab.state_dir}\n"]
    lab.wait_for(lab.launch()["id"], "completed")
    lab.restart()
    assert lab.said[1:] == [f"  1 run in {lab.state_dir}\n"]


def test_a_lab_that_listens_everywhere_says_the_addresses_to_type(make_lab):
    lab = make_lab(LOSSROOM_OPEN="1")
    said = lab.said[1]
    assert lab.url == f"http://127.0.0.1:{lab.port}"
    assert said.startswith("  for other machines: ")
    if machine.is_container():
        # its own addresses are not reached from outside
        assert "the machine that runs this container" in said
    else:
        assert all(f"http://{address}:{lab.port}" in said for address in machine.addresses())


def test_a_lab_that_is_open_to_all_says_so_in_the_terminal_and_in_its_page(make_lab, lab):
    open_to_all = make_lab(LOSSROOM_OPEN="1")
    assert "anyone who opens it may stop and delete every run" in open_to_all.said[2]
    assert "Anyone may do everything here" in open_to_all.http.get("/?lang=en").text
    assert "anyone" not in "".join(lab.said).lower()
    assert "Anyone may do everything here" not in lab.http.get("/?lang=en").text


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--host", "0.0.0.0"], ["stop and delete every run", "--class NAME", "--open"]),
        (["--host", "::"], ["stop and delete every run", "LOSSROOM_CLASS", "LOSSROOM_OPEN"]),
        (["--class", "1-B", "--open"], ["not both"]),
        (["--class", "x" * 61], ["--class: must be at most 60 characters"]),
    ],
)
def test_a_lab_is_not_opened_to_others_by_mistake(arguments, said, tmp_path):
    state = tmp_path / "state"
    done = lossroom("serve", "--port", "0", "--state-dir", str(state), *arguments)
    assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (2, "", 1)
    assert [words for words in said if words not in done.stderr] == []
    assert not state.exists()


@pytest.mark.parametrize(
    "reach", [{}, {"class_name": "1-B"}, {"open": True}, {"host": "127.0.0.2", "open": True}]
)
def test_a_lab_for_others_listens_on_all_addresses_unless_one_is_given(reach):
    others = reach.get("class_name") or reach.get("open")
    assert Settings(**reach).host == reach.get("host", "0.0.0.0" if others else "127.0.0.1")


def test_the_version_is_printed_and_without_a_command_the_help():
    assert lossroom("--version").stdout == f"lossroom {__version__}\n"
    bare = lossroom()
    assert (bare.returncode, bare.stdout) == (0, lossroom("--help").stdout)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("LOSSROOM_WORKER", "2", "there is no setting LOSSROOM_WORKER; did you mean LOSSROOM_WORKERS?"),
        ("LOSSROOM_XYZZY", "1", "see docs/configuration.md"),
        ("LOSSROOM_PORT", "http", "LOSSROOM_PORT: "),
        (
            "LOSSROOM_PORT",
            "70000",
            "LOSSROOM_PORT: Input should be less than or equal to 65535 (got '70000')",
        ),
        ("LOSSROOM_ALLOWED_ORIGINS", '["https://lab.example"', "LOSSROOM_ALLOWED_ORIGINS: "),
        ("LOSSROOM_ALLOWED_ORIGINS", "https://a.example b.example", "such as https://lab.example"),
        ("LOSSROOM_ALLOWED_ORIGINS", "https://lab.example/lab", "LOSSROOM_ALLOWED_ORIGINS: must be origins"),
        ("LOSSROOM_TRUSTED_PROXIES", "nginx", "LOSSROOM_TRUSTED_PROXIES: must be addresses or networks"),
        ("LOSSROOM_TRUSTED_PROXIES", "10.0.0.1/8", "LOSSROOM_TRUSTED_PROXIES: must be addresses or networks"),
        ("LOSSROOM_PUBLIC_URL", "lab.example", "LOSSROOM_PUBLIC_URL: must be an address such as"),
        ("LOSSROOM_PUBLIC_URL", "https://me@lab.example", "LOSSROOM_PUBLIC_URL: must be an address such as"),
        ("LOSSROOM_PUBLIC_URL", "https://lab.example/../x", "LOSSROOM_PUBLIC_URL: must be a path"),
        ("LOSSROOM_ROOT_PATH", "//evil.example", "LOSSROOM_ROOT_PATH: must be a path such as /lossroom"),
        ("LOSSROOM_ROOT_PATH", "/api", "LOSSROOM_ROOT_PATH: must not begin with /api"),
        ("LOSSROOM_HOST", "", "LOSSROOM_HOST: "),
        ("LOSSROOM_STATE_DIR", "", "LOSSROOM_STATE_DIR: must be a folder"),
        ("LOSSROOM_DATA_DIR", "", "LOSSROOM_DATA_DIR: must be a folder"),
    ],
)
def test_an_invalid_environment_variable_is_named(monkeypatch, name, value, said):
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as refused:
        read_settings()
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LOSSROOM_ALLOWED_ORIGINS", "https://a.example,https://me:secret@lab.example"),
        ("LOSSROOM_ALLOWED_ORIGINS", '["https://me:secret@lab.example"]'),
        ("LOSSROOM_TRUSTED_PROXIES", "http://me:secret@10.0.0.1"),
        ("LOSSROOM_PUBLIC_URL", "https://me:secret@lab.example"),
        ("LOSSROOM_CHECKPOINTS", "ftp://me:secret@host/folder"),
        ("LOSSROOM_EXECUTOR", "dask://me:secret@host"),
        ("LOSSROOM_ROOT_PATH", "https://me:secret@lab.example"),
    ],
)
def test_a_refused_address_is_named_without_its_password(monkeypatch, name, value):
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=name) as refused:
        read_settings()
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("option", ["--state-dir", "--data-dir"])
def test_an_empty_folder_of_an_option_is_not_the_working_folder(option):
    done = lossroom("serve", option, "")
    assert done.returncode == 2
    assert f"argument {option}: must be a folder; . is the working folder" in done.stderr


def test_an_empty_variable_for_the_folder_of_certificates_names_none(monkeypatch):
    monkeypatch.setenv("LOSSROOM_CLUSTER_CERTS", "")
    assert read_settings().cluster_certs is None


@pytest.mark.parametrize(
    "command",
    [
        ["serve"],
        ["train", "--lesson", "1a-vanishing"],
        ["look", "digits"],
        ["summary", "--lesson", "6-cifar"],
        ["fetch", "digits"],
        ["backup", "copy"],
    ],
    ids=lambda command: command[0],
)
def test_every_command_refuses_an_invalid_environment_variable_in_one_line(command):
    done = lossroom(*command, LOSSROOM_WORKER="2")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "lossroom: there is no setting LOSSROOM_WORKER; did you mean LOSSROOM_WORKERS?\n"


def test_an_error_names_the_flag_and_not_the_variable():
    done = lossroom("serve", "--workers", "0")
    assert done.returncode == 2
    assert done.stderr.startswith("lossroom: --workers: ")


@pytest.mark.parametrize(
    "text",
    [
        "https://a.example https://b.example",
        "https://a.example,https://b.example",
        '["https://a.example", "https://b.example"]',
    ],
)
def test_a_list_may_be_written_with_spaces_with_commas_or_as_json(monkeypatch, text):
    monkeypatch.setenv("LOSSROOM_ALLOWED_ORIGINS", text)
    assert Settings().allowed_origins == ["https://a.example", "https://b.example"]


@pytest.mark.parametrize(("gigabytes", "expected"), [(1, 402_653_184), (4, 2_013_265_920), (64, 5 << 30)])
def test_a_run_may_use_half_of_the_memory_that_the_server_leaves(monkeypatch, gigabytes, expected):
    monkeypatch.setattr(machine, "memory_bytes", lambda: gigabytes << 30)
    assert Settings().max_memory_bytes == expected
