"""Plotly's script: which of the two builds is served, and what is fetched."""

import hashlib
import re
import sys
import tarfile

import pytest

from app import plotly
from app.plotly import SMALL, PlotlyScript, compiled_early, package_script
from scripts import fetch_plotly

SCRIPT = b"a script"

#: An npm that packs what the test gives it.
NPM = """#!/bin/sh
[ "$1 $2" = "pack plotly.js-cartesian-dist-min@{version}" ] || exit 2
while [ "$1" != --pack-destination ]; do shift; done
cp "{archive}" "$2/packed.tgz"
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A lab that is tested with `SCRIPT`, and an earlier build that it has fetched."""
    small = tmp_path / "vendor" / "plotly-cartesian-4.9.9.min.js"
    monkeypatch.setattr(plotly, "SHA256", hashlib.sha256(SCRIPT).hexdigest())
    monkeypatch.setattr(fetch_plotly, "SHA256", hashlib.sha256(SCRIPT).hexdigest())
    monkeypatch.setattr(fetch_plotly, "SMALL", small)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "bin" / "python"))
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    return small.parent


def npm(tmp_path, content=SCRIPT, file="package/plotly-cartesian.min.js"):
    packed = tmp_path / file
    packed.parent.mkdir(exist_ok=True)
    packed.write_bytes(content)
    with tarfile.open(tmp_path / "archive.tgz", "w:gz") as archive:
        archive.add(packed, file)
    program(tmp_path, NPM.format(version=plotly.NPM_VERSION, archive=tmp_path / "archive.tgz"))


def program(tmp_path, text):
    path = tmp_path / "bin" / "npm"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)


def test_the_small_build_is_of_the_version_of_the_package():
    head = package_script().read_bytes()[:200].decode()
    assert re.search(r"plotly\.js v([\d.]+)", head).group(1) == plotly.NPM_VERSION, (
        "app/plotly.py names the build"
    )


@pytest.mark.parametrize("path", [SMALL, package_script()], ids=["small", "package"])
def test_two_parentheses_let_the_browser_compile_the_script_while_it_arrives(path):
    if not path.is_file():
        pytest.skip(
            "the small build of Plotly's script could not be fetched: npm or its registry was missing"
        )
    script = path.read_bytes()
    early = compiled_early(script)
    assert len(early) == len(script) + 2
    begin, end = early.index(b"(() => {"), early.rindex(b"})));")
    assert early[:begin] + early[begin + 1 : end + 1] + early[end + 2 :] == script


@pytest.mark.parametrize("script", [b"", b"1", b"f(this, () => {\n1\n}); more", SCRIPT])
def test_a_script_of_another_form_stays_as_it_is(script):
    assert compiled_early(script) == script


@pytest.mark.parametrize("content", [None, b"", SCRIPT[:-1]], ids=["missing", "empty", "cut short"])
def test_without_a_valid_small_build_the_packages_script_is_served(tmp_path, content):
    small = tmp_path / "plotly-cartesian.min.js"
    if content is not None:
        small.write_bytes(content)
    script = PlotlyScript(small)
    assert script.plain == compiled_early(package_script().read_bytes())
    assert "cartesian" not in script.name


def test_the_small_build_is_fetched_once_checked_and_served(folder, tmp_path, capsys):
    npm(tmp_path)
    folder.mkdir()
    (folder / "plotly-cartesian-4.0.0.min.js").write_bytes(b"of an earlier version")
    fetch_plotly.main()
    assert [path.name for path in folder.iterdir()] == ["plotly-cartesian-4.9.9.min.js"]
    script = PlotlyScript(folder / "plotly-cartesian-4.9.9.min.js")
    assert (script.name, script.plain) == ("plotly-cartesian-4.9.9.min.js", SCRIPT)

    program(tmp_path, "#!/bin/sh\nexit 1\n")
    capsys.readouterr()
    fetch_plotly.main()
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("break_it", "said"),
    [
        (
            lambda tmp_path: npm(tmp_path, content=b"another script"),
            "is not the one that the lab was tested with",
        ),
        (lambda tmp_path: npm(tmp_path, file="package/other.js"), "cannot be unpacked"),
        (lambda tmp_path: program(tmp_path, "#!/bin/sh\necho E404 no such thing >&2; exit 1\n"), "E404"),
        (lambda tmp_path: program(tmp_path, "#!/bin/sh\n"), "it said nothing"),
        (lambda tmp_path: program(tmp_path, "#!/no/interpreter\n"), "npm did not answer"),
    ],
    ids=["other content", "other file", "refused", "nothing", "broken"],
)
def test_a_file_that_is_not_the_small_build_is_reported_and_not_kept(
    folder, tmp_path, capsys, break_it, said
):
    break_it(tmp_path)
    fetch_plotly.main()
    assert said in capsys.readouterr().out
    assert not folder.exists()


def test_a_missing_npm_is_reported(folder, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("PATH", str(tmp_path))
    fetch_plotly.main()
    assert "npm is not installed" in capsys.readouterr().out
