"""The page's files: sent as they are on the disk, and only once to each browser."""

import mimetypes
import re
from pathlib import Path

import httpx
import pytest
from starlette.exceptions import HTTPException
from starlette.routing import Mount, Router

from app.assets import FOREVER, Assets
from app.pages import STYLES as STYLE_SHEETS
from tests.support import event_loop

STATIC = Path(__file__).parents[2] / "static"
ZIPPED = {"accept-encoding": "gzip"}


def get(app, path, method="GET", **headers):
    async def ask():
        transport = httpx.ASGITransport(app, raise_app_exceptions=True)
        async with httpx.AsyncClient(transport=transport, base_url="http://lab") as client:
            return await client.request(method, path, headers={"accept-encoding": "identity", **headers})

    return event_loop.run(ask())


@pytest.mark.parametrize("path", ["glossary.json", "logo.svg", "icons.svg"])
def test_a_file_comes_as_it_is_on_the_disk_compressed_or_not(lab, path):
    content = (STATIC / path).read_bytes()

    plain = lab.http.get(f"/static/{path}", headers={"accept-encoding": "identity"})
    zipped = lab.http.get(f"/static/{path}", headers=ZIPPED)

    assert plain.content == zipped.content == content
    assert zipped.headers["content-type"] == plain.headers["content-type"]
    assert plain.headers["content-type"].startswith(("application/json", "image/svg"))
    assert "content-encoding" not in plain.headers
    if len(content) > 1000:
        assert zipped.headers["content-encoding"] == "gzip"
        assert int(zipped.headers["content-length"]) < len(content)


def test_the_type_of_a_script_is_that_of_scripts_whatever_the_machine_says_of_it(tmp_path, monkeypatch):
    mimetypes.init()
    monkeypatch.setitem(mimetypes.types_map, ".js", "text/plain")  # as some programs write it on Windows
    (tmp_path / "a.js").write_text("1;")
    app = Router([Mount("/static", Assets(tmp_path))])
    assert get(app, "/static/a.js").headers["content-type"].startswith("text/javascript")


COMMENTED = """/** A module. */
/**
 * What it does, *with* stars.
 */
const one = /** @type {any} */ (2); /** after code */
  /** @type {string} */ (name)?.focus();
// a line
  const two = {
    three, // why
  };
const four = "a // b" + "http://c // d"; // it's kept
"""
SENT = """



const one = /** @type {any} */ (2); /** after code */
/** @type {string} */ (name)?.focus();

const two = {
three,
};
const four = "a // b" + "http://c // d"; // it's kept
"""
STYLES = "/* what */\na { b: c; } /* why,\n * and how */\nd { e: url(x); }\n"


def test_a_script_is_sent_without_comments_and_indents_and_every_line_keeps_its_number(tmp_path):
    (tmp_path / "a.js").write_text(COMMENTED)
    (tmp_path / "a.css").write_text(STYLES)
    app = Router([Mount("/static", Assets(tmp_path))])

    assert get(app, "/static/a.js").text == SENT
    assert get(app, "/static/a.css").text == "\na { b: c; } \nd { e: url(x); }\n"


def test_styles_are_sent_as_one_without_comments_in_their_order(tmp_path):
    (tmp_path / "b.css").write_text("b { c: d } /* e */")
    (tmp_path / "a.css").write_text("a { b: c }")
    assets = Assets(tmp_path, {"page.css": ["b.css", "a.css"]})
    version = assets.version()
    assert (
        get(Router([Mount("/static", assets)]), f"/static/{version}/page.css").text == "b { c: d } a { b: c }"
    )
    (tmp_path / "a.css").write_text("a { b: d }")
    assert assets.version() != version
    assert "b: d" in get(Router([Mount("/static", assets)]), "/static/page.css").text


def test_every_style_sheet_comes_with_the_page_or_with_the_script_that_needs_it():
    scripts = [path.read_text("utf-8") for path in (STATIC / "js").rglob("*.js")]
    later = {name for text in scripts for name in re.findall(r'loadStyle\("([\w-]+)"\)', text)}
    pages = [path.read_text("utf-8") for path in (STATIC.parent / "templates").glob("*.html")]
    lists = [names for text in pages for names in re.findall(r"set styles, script = \[([^]]*)\]", text)]
    named = {name for names in lists for name in re.findall(r'"([\w-]+)"', names)} - {"page"}
    assert later
    assert {path.stem for path in (STATIC / "css").iterdir()} == later | named | set(STYLE_SHEETS)
    assert not later & set(STYLE_SHEETS)


def test_nothing_but_comments_and_indents_is_left_out_of_a_script(lab):
    for path in sorted((STATIC / "js").rglob("*.js")):
        sent = lab.http.get(f"/static/{path.relative_to(STATIC).as_posix()}").text.split("\n")
        text = path.read_text("utf-8")
        lines = [line.lstrip() for line in text.split("\n")]

        assert len(sent) == len(lines), path
        left_out = [(line, kept) for line, kept in zip(lines, sent, strict=True) if line != kept]
        assert left_out, path
        for line, kept in left_out:
            comment = line.removeprefix(kept)
            assert comment.lstrip().startswith(("/**", "*", "//")), (path, line)
            assert kept.count('"') % 2 == kept.count("`") % 2 == 0, (
                path,
                "the comment may be in a text",
                line,
            )
        code = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
        literals = [literal for literal in re.findall(r"`[^`]*`", code) if "\n" in literal]
        assert not literals, (path, "its indent is text")


def test_a_cached_file_is_not_sent_again(lab):
    first = lab.http.get("/static/js/lab.js")
    again = lab.http.get("/static/js/lab.js", headers={"if-none-match": first.headers["etag"]})
    other = lab.http.get("/static/js/lab.js", headers={"if-none-match": '"of another one"'})

    assert (again.status_code, again.content) == (304, b"")
    assert other.content == first.content
    assert first.headers["cache-control"] == "no-cache", "it asks each time"


@pytest.mark.parametrize(
    "path", ["js/none.js", "js", "", "../pyproject.toml", "js/../../pyproject.toml", "%2e%2e/pyproject.toml"]
)
def test_only_the_pages_own_files_are_served(lab, path):
    answer = lab.http.get(f"/static/{path}")

    assert answer.status_code == 404
    assert "lossroom" not in answer.text


def test_files_can_only_be_read(lab):
    answer = lab.http.post("/static/js/lab.js")

    assert answer.status_code == 405
    assert lab.http.head("/static/js/lab.js").headers["etag"]


def test_a_file_that_has_changed_is_read_again(tmp_path):
    (tmp_path / "a.js").write_text("1")
    app = Router([Mount("/static", Assets(tmp_path))])
    assert get(app, "/static/a.js").text == "1"

    (tmp_path / "a.js").write_text("let a = 2;" * 200)

    changed = get(app, "/static/a.js", **ZIPPED)
    assert changed.text == "let a = 2;" * 200
    (tmp_path / "a.js").unlink()
    with pytest.raises(HTTPException):
        get(app, "/static/a.js")


def test_files_with_the_version_in_their_address_are_cached_and_any_change_gives_a_new_version(tmp_path):
    (tmp_path / "js").mkdir()
    (tmp_path / "js" / "a.js").write_text("1")
    (tmp_path / "b.css").write_text("b {}")
    assets = Assets(tmp_path)
    app = Router([Mount("/static", assets)])
    version = assets.version()
    assert assets.version() == version
    kept = get(app, f"/static/{version}/js/a.js")
    assert (kept.text, kept.headers["cache-control"]) == ("1", FOREVER)
    assert get(app, "/static/js/a.js").headers["cache-control"] == "no-cache"

    (tmp_path / "b.css").write_text("b { color: red }")

    assert assets.version() != version
    late = get(app, f"/static/{version}/b.css")  # a page that was opened before
    assert (late.text, late.headers["cache-control"]) == ("b { color: red }", "no-cache")
    assert get(app, f"/static/{assets.version()}/b.css").headers["cache-control"] == FOREVER


@pytest.mark.parametrize("path", ["none.js", "", "0123456789abcdef/a.js"])
def test_a_version_in_an_address_must_be_followed_by_a_file(tmp_path, path):
    (tmp_path / "a.js").write_text("1")
    assets = Assets(tmp_path)
    with pytest.raises(HTTPException):
        get(Router([Mount("/static", assets)]), f"/static/{assets.version()}/{path}")
