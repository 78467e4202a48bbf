"""Folders that a command cannot write to, also if the tests run as root, who may write everywhere."""

import contextlib
import subprocess

import pytest

#: Commands of a shell with private mounts, which decide what is at `$1`.
MOUNTS = {
    "read-only": 'mount --bind "$1" "$1" && mount -o remount,ro,bind "$1"',
    "small": 'mount -t tmpfs -o size=100m,mode=777 tmpfs "$1"',
    "full": 'mount -t tmpfs -o size=16k,mode=777 tmpfs "$1"',
}


@pytest.fixture
def mounted(tmp_path):
    """A function of a kind and a folder. It gives what to put before a command so that it finds the folder "read-only",
    or an empty disk in its place: "small" (100 MB), or soon "full" (16 kB)."""

    def before(kind, path):
        return [
            *("unshare", "--user", "--map-root-user", "--mount", "sh", "-c"),
            f'{MOUNTS[kind]} && shift && exec "$@"',
            *("sh", str(path)),
        ]

    works = False
    with contextlib.suppress(OSError):
        works = not subprocess.run([*before("read-only", tmp_path), "true"], capture_output=True).returncode
    if not works:
        pytest.skip("this system does not let a test mount a folder read-only")
    return before


@pytest.fixture
def read_only(mounted):
    """What to put before a command so that it cannot write to a path."""
    return lambda path: mounted("read-only", path)
