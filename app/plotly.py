"""Plotly's script: the small build of 1.5 MB where `scripts/fetch_plotly.py` has fetched it, else the package's 4.8 MB.

The small build ("cartesian") draws lines, points and heat maps, which is all that the lab draws.
"""

from __future__ import annotations

import gzip
import hashlib
from functools import cache, cached_property
from importlib import metadata
from pathlib import Path

#: The small build in npm's registry. It is of the same version as the script in the Python package.
NPM_PACKAGE = "plotly.js-cartesian-dist-min"
NPM_VERSION = "4.1.1"
NPM_FILE = "plotly-cartesian.min.js"
SHA256 = "79542150855a52c567260e3137095dbe2b744e6d702a5cabe67da246942fba7a"

#: Each build is one function that is called at once, as an argument: its first characters, and the script's last.
_FUNCTION, _END = b" : this, () => {", b"\n}));"

#: Where the small build lies once it has been fetched.
SMALL = Path(__file__).parent / "vendor" / f"plotly-cartesian-{NPM_VERSION}.min.js"


class PlotlyScript:
    """The script that pages and reports draw with.

    Attributes:
        name: a file's name that changes with the content.
        plain: the script.
    """

    def __init__(self, small: Path = SMALL) -> None:
        """Take the small build where it is there as it should be, else that of the Python package."""
        content = small.read_bytes() if small.is_file() else b""
        if hashlib.sha256(content).hexdigest() == SHA256:
            self.name, self.plain = small.name, compiled_early(content)
        else:
            self.name = f"plotly-{metadata.version('plotly')}.min.js"
            self.plain = compiled_early(package_script().read_bytes())

    @cached_property
    def gzipped(self) -> bytes:
        return gzip.compress(self.plain, 6)


@cache
def plotly_script() -> PlotlyScript:
    """The one of this process."""
    return PlotlyScript()


def compiled_early(script: bytes) -> bytes:
    """The same script with its function in parentheses.

    V8 compiles such a function in another thread while the script arrives. A function without parentheses is compiled
    when it is called, in the page's thread, which cannot respond meanwhile: 60 ms for the small build.
    """
    end = script.rfind(_END)
    if script.count(_FUNCTION) != 1 or end < 0 or script[end + len(_END) :].strip():
        return script
    function = _FUNCTION.replace(b"() =>", b"(() =>")
    return script[:end].replace(_FUNCTION, function) + _END.replace(b"}", b"})") + script[end + len(_END) :]


def package_script() -> Path:
    """The script in the Python package, found without importing the package, which takes a moment."""
    return Path(str(metadata.distribution("plotly").locate_file("plotly/package_data/plotly.min.js")))
