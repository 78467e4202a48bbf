"""The documents say what is so."""

import re
from pathlib import Path

from app.settings import Settings
from engine.lessons import LESSONS

ROOT = Path(__file__).resolve().parent.parent


def read(path: str) -> str:
    return (ROOT / path).read_text("utf-8")


def test_every_setting_is_documented_and_nothing_else_is():
    documented = set(re.findall(r"^\| `LOSSROOM_(\w+)`", read("docs/configuration.md"), flags=re.MULTILINE))
    assert documented == {name.upper() for name in Settings.model_fields} | {"MIRRORS"}


def test_every_lesson_is_documented():
    text = read("docs/lessons.md")
    assert all(f"| {lesson.section} " in text for lesson in LESSONS.values())


def test_links_between_documents_lead_somewhere():
    for path in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\(([^)#]+)\)", path.read_text("utf-8")):
            if not target.startswith("http"):
                assert (path.parent / target).exists(), f"{path.name} links to {target}"


def test_every_decision_is_listed():
    listed = re.findall(r"\((\d{4}-[^)]+)\)", read("docs/decisions/README.md"))
    assert sorted(listed) == sorted(path.name for path in (ROOT / "docs/decisions").glob("0*.md"))


def test_every_make_target_of_the_documents_is_there():
    targets = set(re.findall(r"^([a-z-]+):", read("Makefile"), flags=re.MULTILINE))
    named = set(re.findall(r"`?make ([a-z-]+)", read("README.md") + read("CONTRIBUTING.md")))
    assert {name for name in named if name not in ("and",)} - targets <= {"it"}
