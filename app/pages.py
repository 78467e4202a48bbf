"""Pages: templates in a language, and Plotly's script from its Python package."""

from __future__ import annotations

import gzip
from functools import cached_property
from importlib import metadata, resources
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from app.i18n import Messages


class Pages:
    """Renders templates from one folder."""

    def __init__(self, templates_dir: Path, version: str) -> None:
        self.messages = Messages()
        self._environment = Environment(
            loader=FileSystemLoader(templates_dir), autoescape=True, undefined=StrictUndefined
        )
        self._environment.globals.update(version=version, plotly_url=self.plotly_url)

    def render(self, template: str, language: str) -> str:
        """A page in a language of `messages.languages`."""
        texts = self.messages.catalog(language)
        return self._environment.get_template(template).render(
            t=lambda key: texts[key], language=language, languages=self.messages.languages
        )

    @property
    def plotly_url(self) -> str:
        return f"/vendor/plotly-{metadata.version('plotly')}.min.js"

    @cached_property
    def plotly(self) -> tuple[bytes, bytes]:
        """Plotly's script from its Python package: plain, and gzipped once for all."""
        script = resources.files("plotly").joinpath("package_data", "plotly.min.js").read_bytes()
        return script, gzip.compress(script, 6)
