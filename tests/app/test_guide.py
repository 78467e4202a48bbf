"""The guide in the page's help: the documents' sections and pictures, and in the wheel too."""

import re
import tomllib
from pathlib import Path

import pytest

from app.guide import PICTURES, Guide, sections_of

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(("language", "name"), [("en", "guide.md"), ("ja", "guide.ja.md")])
def test_the_help_has_every_section_and_every_picture_of_the_guide_and_no_link_that_leads_nowhere(
    language, name
):
    text = (ROOT / "docs" / name).read_text("utf-8")
    sections = Guide(ROOT / "docs").sections(language)
    assert [section.title for section in sections] == re.findall(r"^## (.+)$", text, re.MULTILINE)
    html = "".join(section.html for section in sections)
    shown = re.findall(r'<img src="([^"]+)"', html)
    assert shown == [f"{PICTURES}/{Path(path).name}" for path in re.findall(r"!\[[^\]]*\]\(([^)]+)\)", text)]
    assert all((ROOT / "docs/images" / Path(path).name).is_file() for path in shown)
    assert "<a " not in html


def test_markup_in_the_text_is_shown_and_does_nothing():
    (section,) = sections_of("# T\n\n## S\n\na <script>x</script> [b](c.md)\n\n| d |\n|---|\n| e |\n")
    assert section.title == "S"
    assert "<p>a &lt;script&gt;x&lt;/script&gt; b</p>" in section.html
    assert "<td>e</td>" in section.html


def test_a_wheel_and_an_image_have_the_files_that_the_guide_is_made_of():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    included = project["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    for path in ("docs/guide.md", "docs/guide.ja.md", "docs/images"):
        assert included[path] == f"app/_assets/{path}"
        assert f"!{path}" in (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    assert "COPY docs docs" in (ROOT / "Dockerfile").read_text("utf-8")
