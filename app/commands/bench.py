"""lossroom bench: run the benchmarks of the source tree, which are not in the installed package."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

#: Where to look for a checkout: around this package, as in an editable installation, then in the current folder.
FOLDERS = (Path(__file__).resolve().parents[2], Path("."))


def bench(names: Sequence[str], *, as_json: bool, folders: Sequence[Path] = FOLDERS) -> int:
    """Run the named benchmarks, or all, and return their exit status, or 2 if there is no checkout.

    Args:
        as_json: print one JSON object per line instead of tables.
    """
    root = next((f for f in folders if (f / "benchmarks" / "__main__.py").is_file()), None)
    if root is None:
        print(
            "lossroom: the benchmarks come with the source, not with the package; "
            "run this in a checkout, after `make setup`",
            file=sys.stderr,
        )
        return 2
    command = [sys.executable, "-m", "benchmarks", *names, *(["--json"] if as_json else [])]
    try:
        return subprocess.run(command, cwd=root).returncode
    except KeyboardInterrupt:  # Ctrl-C has ended the benchmark too
        return 130
