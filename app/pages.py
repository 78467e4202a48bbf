"""Pages: templates in a language, and the scripts that a page needs.

All addresses in a page are relative to it, so that the same page serves a lab at `/` and one below a path.
"""

from __future__ import annotations

import re
import time
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from app.assets import Assets
from app.i18n import Messages
from app.plotly import plotly_script

#: The style sheets that the lab's page begins with; a later one counts where two say the same of an element. Scripts
#: that are loaded later bring their own.
STYLES = ["base", "lab", "form", "runs", "charts", "touch", "forced-colors"]
#: The files of the page are looked at no more often than this.
LOOK_SECONDS = 0.5


class Pages:
    """Renders templates from one folder, for the scripts and styles in another."""

    def __init__(self, templates_dir: Path, static_dir: Path, *, is_open: bool = False) -> None:
        """`is_open`: whether the lab's page says that anyone may do everything."""
        self.messages = Messages()
        self.assets = Assets(static_dir, {"css/page.css": [f"css/{name}.css" for name in STYLES]})
        self.plotly = plotly_script()
        self._version = ""
        self._looked = -LOOK_SECONDS
        self._environment = _environment(templates_dir)
        self._values: dict[str, object] = {
            "plotly_url": f"vendor/{self.plotly.name}",
            "modules_of": lambda entry: modules_of(static_dir / "js", entry),
            "is_open": is_open,
            "names_of_languages": {"en": "English", "ja": "日本語"},
        }

    def render(self, template: str, language: str, **values: object) -> str:
        """A page in a language of `messages.languages`.

        Args:
            values: what else the template names.
        """
        texts = self.messages.catalog(language)
        return self._environment.get_template(template).render(
            t=lambda key: texts[key],
            language=language,
            languages=self.messages.languages,
            static=f"static/{self._version_of_assets()}",
            **self._values,
            **values,
        )

    def _version_of_assets(self) -> str:
        """As it was a moment ago: it looks at every file, and a class opens its pages at once."""
        now = time.monotonic()
        if now >= self._looked + LOOK_SECONDS:
            self._version, self._looked = self.assets.version(), now
        return self._version


@cache
def _environment(templates_dir: Path) -> Environment:
    """The folder's templates. Each is compiled once."""
    return Environment(loader=FileSystemLoader(templates_dir), autoescape=True, undefined=StrictUndefined)


@cache
def modules_of(folder: Path, entry: str) -> list[str]:
    """The scripts that a module imports, and those that they import, without the module itself.

    The page preloads them. Without that, a browser learns of an import only when it has read the script that names it,
    and loads the scripts of a page in as many rounds as they are deep. Dynamic imports are not included.
    """
    modules: dict[str, None] = {entry: None}
    waiting = [entry]
    while waiting:
        path = waiting.pop(0)
        text = (folder / path).read_text("utf-8")
        for name in re.findall(r'^import [^;]*?"(\.[^"]+)";', text, re.MULTILINE):
            imported = (
                (folder / path).parent.joinpath(name).resolve().relative_to(folder.resolve()).as_posix()
            )
            if imported not in modules:
                modules[imported] = None
                waiting.append(imported)
    return [path for path in modules if path != entry]
