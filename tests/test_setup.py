"""Set-up: `scripts/setup.sh` in an empty folder, with an interpreter that records its arguments."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

#: A stand-in for python3: it writes each call as a line to calls.txt, and `-m venv` copies it into the new .venv.
INTERPRETER = """#!/bin/sh
echo "$@" >> "{calls}"
case "$*" in
  "-m venv .venv") mkdir -p .venv/bin; {venv} ;;
  "-m pip --version") exit {pip} ;;
esac
"""


@pytest.fixture
def checkout(tmp_path):
    """A folder with the files that the set-up reads."""
    folder = tmp_path / "lossroom"
    (folder / "scripts").mkdir(parents=True)
    shutil.copy(ROOT / "scripts/setup.sh", folder / "scripts")
    for name in ("pyproject.toml", "constraints.txt"):
        (folder / name).write_text("one\n")
    return folder


def interpreter(tmp_path, *, venv='cp "$0" .venv/bin/python', pip=0):
    path = tmp_path / "python3"
    path.write_text(INTERPRETER.format(calls=tmp_path / "calls.txt", venv=venv, pip=pip))
    path.chmod(0o755)
    return path


def set_up(folder, python, *arguments):
    """The script's output, its exit status, and the arguments that the interpreter got."""
    calls = folder.parent / "calls.txt"
    calls.unlink(missing_ok=True)
    done = subprocess.run(
        ["sh", "scripts/setup.sh", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHON": str(python)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=60,
    )
    return done, calls.read_text().splitlines() if calls.exists() else []


def installs(calls):
    return [call.split()[-1] for call in calls if call.startswith("-m pip install")]


def test_the_second_time_nothing_is_done(checkout, tmp_path):
    python = interpreter(tmp_path)
    first, calls = set_up(checkout, python)
    assert first.returncode == 0
    assert "once" in first.stdout
    assert installs(calls) == ["."]
    assert calls[-1] == "scripts/fetch_plotly.py"

    assert set_up(checkout, python)[1] == []

    assert installs(set_up(checkout, python, "dev")[1]) == [".[dev]"]
    assert set_up(checkout, python, "dev")[1] == []


@pytest.mark.parametrize("name", ["pyproject.toml", "constraints.txt"])
def test_a_new_version_is_set_up_in_the_same_environment(checkout, tmp_path, name):
    python = interpreter(tmp_path)
    set_up(checkout, python)
    (checkout / name).write_text("two\n")
    calls = set_up(checkout, python)[1]
    assert installs(calls) == ["."]
    assert "-m venv .venv" not in calls


def test_a_failed_environment_names_the_missing_package_and_leaves_nothing_behind(checkout, tmp_path):
    without = interpreter(tmp_path, venv="touch .venv/bin/python; exit 1")
    done, _ = set_up(checkout, without)
    assert done.returncode == 1
    assert "python3-venv" in done.stdout
    assert not (checkout / ".venv").exists()

    done, calls = set_up(checkout, interpreter(tmp_path))  # as if the package were installed now
    assert done.returncode == 0
    assert installs(calls) == ["."]


def test_an_environment_without_pip_is_made_again(checkout, tmp_path):
    half = checkout / ".venv/bin"
    half.mkdir(parents=True)
    shutil.copy(interpreter(tmp_path, pip=1), half / "python")
    (checkout / ".venv/.place").write_text(f"{checkout}\n")

    done, calls = set_up(checkout, interpreter(tmp_path))

    assert done.returncode == 0
    assert "-m venv .venv" in calls


def test_a_folder_that_has_been_moved_is_set_up_again(checkout, tmp_path):
    python = interpreter(tmp_path)
    set_up(checkout, python)
    moved = checkout.rename(tmp_path / "moved")
    done, calls = set_up(moved, python)
    assert done.returncode == 0
    assert "-m venv .venv" in calls
    assert installs(calls) == ["."]


def test_an_installation_that_failed_is_tried_again(checkout, tmp_path):
    python = interpreter(tmp_path)
    python.write_text(python.read_text().replace("esac", '  "-m pip install"*) exit 1 ;;\nesac'))
    assert set_up(checkout, python)[0].returncode == 1
    assert installs(set_up(checkout, python)[1]) == ["."]


def test_make_run_leaves_address_and_port_to_the_environment_unless_they_are_given():
    def command(*arguments, **environment):
        # without the variables of a `make test` that may run these tests
        unset = ("CLASS", "HOST", "PORT", "MAKEFLAGS", "MAKELEVEL", "MFLAGS")
        own = {name: value for name, value in os.environ.items() if name not in unset}
        done = subprocess.run(
            ["make", "--dry-run", "--no-print-directory", "run", *arguments],
            cwd=ROOT,
            env={**own, **environment},
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        )
        return done.stdout.splitlines()[-1].split("serve")[1].split()

    assert command() == command(LOSSROOM_PORT="9000", LOSSROOM_HOST="0.0.0.0") == []
    assert command("HOST=127.0.0.2") == ["--host", "127.0.0.2"]
    assert command("CLASS=1-B") == ["--class", '"1-B"']
    assert command("PORT=9000") == command(PORT="9000") == ["--port", "9000"]


@pytest.fixture
def scripts_checkout(tmp_path):
    """A folder with the files from which the tools for the page's scripts are installed."""
    folder = tmp_path / "lossroom"
    (folder / "scripts").mkdir(parents=True)
    shutil.copy(ROOT / "scripts/ensure-npm.sh", folder / "scripts")
    (folder / "package.json").write_text("{}\n")
    (folder / "package-lock.json").write_text("{}\n")
    return folder


def install_tools(folder, tmp_path, *, exit_code=0):
    """The result of `ensure-npm.sh`, and how often it ran `npm ci`."""
    calls = tmp_path / "calls.txt"
    calls.unlink(missing_ok=True)
    npm = tmp_path / "bin/npm"
    npm.parent.mkdir(exist_ok=True)
    npm.write_text(
        f'#!/bin/sh\necho "$@" >> "{calls}"\n[ "$1" = ci ] || exit 0\nmkdir -p node_modules\nexit {exit_code}\n'
    )
    npm.chmod(0o755)
    done = subprocess.run(
        ["sh", "scripts/ensure-npm.sh"],
        cwd=folder,
        env={**os.environ, "PATH": f"{npm.parent}:{os.environ['PATH']}"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=60,
    )
    lines = calls.read_text().splitlines() if calls.exists() else []
    return done, sum(line.startswith("ci") for line in lines)


def test_the_tools_for_scripts_are_installed_once_for_each_lock_file(scripts_checkout, tmp_path):
    first, installs = install_tools(scripts_checkout, tmp_path)
    assert (first.returncode, installs) == (0, 1)
    assert install_tools(scripts_checkout, tmp_path)[1] == 0
    (scripts_checkout / "package-lock.json").write_text('{"two": 2}\n')
    assert install_tools(scripts_checkout, tmp_path)[1] == 1


def test_without_a_registry_npm_reports_what_is_missing_and_tries_again_the_next_time(
    scripts_checkout, tmp_path
):
    done, _ = install_tools(scripts_checkout, tmp_path, exit_code=1)
    assert done.returncode == 1
    assert "TypeScript and Biome cannot be installed" in done.stdout
    assert "make test" in done.stdout
    assert install_tools(scripts_checkout, tmp_path)[1] == 1


def test_only_the_checks_need_npm():
    def recipe(target):
        done = subprocess.run(
            ["make", "--dry-run", "--no-print-directory", target],
            cwd=ROOT,
            env={name: value for name, value in os.environ.items() if not name.startswith("MAKE")},
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        )
        return done.stdout

    assert "ensure-npm" in recipe("check")
    assert "ensure-npm" not in recipe("test")
