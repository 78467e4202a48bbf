"""The documents say what is so."""

import re
from pathlib import Path

import pytest
import yaml

from app import cli
from app.arguments import parser
from app.settings import variables
from scripts.docs_images import pictures
from tests.support import made_once

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")]
PICTURE = re.compile(r"!\[([^\]]*)\]\(([^)]+)\)")


def read(path: str) -> str:
    return (ROOT / path).read_text("utf-8")


def test_every_setting_is_documented_and_nothing_else_is():
    documented = set(re.findall(r"^\| `LOSSROOM_(\w+)`", read("docs/configuration.md"), flags=re.MULTILINE))
    assert documented == variables() | {"MIRRORS"}


def test_docker_compose_passes_every_setting_on():
    passed = set(re.findall(r"^      LOSSROOM_(\w+):(?: |$)", read("compose.yaml"), flags=re.MULTILINE))
    fixed = set(re.findall(r"LOSSROOM_(\w+)=", read("Dockerfile")))
    assert passed | fixed == variables() | {"MIRRORS"}
    assert passed & fixed == set()


def test_the_containers_of_a_cluster_are_confined_like_the_lab_and_are_started_only_by_their_profile():
    services = yaml.safe_load(read("compose.yaml"))["services"]
    lab, scheduler, worker = (services.pop(name) for name in ("lossroom", "scheduler", "worker"))
    assert services == {}
    assert "profiles" not in lab
    own = {"ports", "environment", "volumes", "profiles", "command", "healthcheck"}
    for service in (scheduler, worker):
        assert service["profiles"] == ["cluster"]
        assert "ports" not in service
        assert {key: value for key, value in service.items() if key not in own} == {
            key: value for key, value in lab.items() if key not in own
        }
        arguments = [re.sub(r"\$\{\w+:-(\w+)\}", r"\1", word) for word in service["command"]]
        assert arguments[0] == "lossroom"
        assert parser().parse_args(arguments[1:]).command in cli.COMMANDS
    assert worker["volumes"] == lab["volumes"]


def test_every_lesson_is_documented():
    text = read("docs/lessons.md")
    assert all(f"| {lesson.section} " in text for lesson in made_once.lessons().values())


def test_links_between_documents_lead_somewhere():
    for path in DOCUMENTS:
        for target in re.findall(r"\]\(([^)#]+)\)", path.read_text("utf-8")):
            if not target.startswith(("http", "card:")):  # card: in a lesson that a guide shows
                assert (path.parent / target).exists(), f"{path.name} links to {target}"


def test_every_file_and_folder_that_the_architecture_names_is_there():
    text = read("docs/architecture.md")
    page = set(re.findall(r"`([\w/-]+(?:\.js|/))`", text[text.index("## The page") :]))
    named = set(re.findall(r"`([\w./-]+(?:\.\w+|/))`", text)) - page
    assert len(named) > 20
    assert len(page) > 10
    assert {name for name in named if not (ROOT / name).exists()} == set()
    files = {path.name for path in (ROOT / "static/js").rglob("*.js")}
    folders = (ROOT, ROOT / "static/js")
    assert {name for name in page - files if not any((folder / name).exists() for folder in folders)} == set()


def test_every_decision_is_listed():
    listed = re.findall(r"\((\d{4}-[^)]+)\)", read("docs/decisions/README.md"))
    assert sorted(listed) == sorted(path.name for path in (ROOT / "docs/decisions").glob("0*.md"))


def test_every_make_target_of_the_documents_is_there():
    targets = set(re.findall(r"^([a-z-]+):", read("Makefile"), flags=re.MULTILINE))
    named = set(re.findall(r"`?make ([a-z-]+)", read("README.md") + read("CONTRIBUTING.md")))
    assert {name for name in named if name not in ("and",)} - targets <= {"it"}


def sections(guide: str) -> list[list[str]]:
    """For each heading of a guide, its level and the pictures below it."""
    parts = re.split(r"^(#+) .*$", read(guide), flags=re.MULTILINE)[1:]
    return [
        [level, *(target for _, target in PICTURE.findall(text))]
        for level, text in zip(parts[::2], parts[1::2], strict=True)
    ]


def test_the_two_guides_have_the_same_sections_with_the_same_pictures():
    in_english = [
        [part.replace(".png", "-ja.png") for part in section] for section in sections("docs/guide.md")
    ]
    assert sections("docs/guide.ja.md") == in_english
    assert len(in_english) > 10


def test_every_picture_is_used_and_taken_by_the_script_and_described():
    used = [
        ((path.parent / target).resolve().relative_to(ROOT / "docs/images").stem, words)
        for path in DOCUMENTS
        for words, target in PICTURE.findall(path.read_text("utf-8"))
    ]
    existing = {path.stem for path in (ROOT / "docs/images").iterdir()}
    assert {name for name, _ in used} == existing == set(pictures())
    assert len(pictures()) == len(existing), "two scenes take the same picture"
    assert [name for name, words in used if not words.strip()] == []


def test_pictures_are_small():
    sizes = {path.name: path.stat().st_size for path in (ROOT / "docs/images").iterdir()}
    film = sizes.pop("growing.gif")
    assert film < 1_500_000
    assert {name: size for name, size in sizes.items() if size >= 200_000} == {}
    assert sum(sizes.values()) < 3_200_000


@pytest.mark.parametrize("guide", ["docs/guide.md", "docs/guide.ja.md"])
def test_links_within_a_guide_lead_to_its_headings(guide):
    text = read(guide)
    headings = re.findall(r"^#+ (.*)$", text, flags=re.MULTILINE)
    anchors = {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}
    assert set(re.findall(r"\]\(#([^)]+)\)", text)) <= anchors


def test_the_two_pages_for_administrators_have_the_same_sections_and_the_same_commands():
    in_english, in_japanese = read("docs/administration.md"), read("docs/administration.ja.md")
    assert sections("docs/administration.ja.md") == sections("docs/administration.md")
    assert commands_of(in_japanese) == commands_of(in_english)
    assert len(commands_of(in_english)) > 20


def commands_of(page: str) -> list[str]:
    """The indented lines, without what follows a command as a remark or differs by language."""
    lines = re.findall(r"^    (\S.*)$", page, flags=re.MULTILINE)
    return [re.sub(r"<.*?>", "<>", line).split("   ")[0].strip() for line in lines]


def test_every_command_that_a_page_names_is_there(capsys):
    cli.main([])
    commands = re.findall(r"^    ([a-z-]+)(?:  |$)", capsys.readouterr().out, flags=re.MULTILINE)
    for path in DOCUMENTS:
        for name in re.findall(
            r"(?:^ +|`|bin/|lossroom )lossroom ([a-z-]+)", path.read_text("utf-8"), flags=re.MULTILINE
        ):
            assert name in commands, f"{path.name} names lossroom {name}"
