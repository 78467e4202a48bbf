#!/bin/sh
# Install PyTorch for the parity tests, in the build without graphics libraries (the extra "parity"). If pip cannot find
# that build, print this and succeed: the parity tests are skipped then. Usage: ensure-torch.sh PYTHON
#
# On Linux the version of this build is 2.13.0+cpu. The plain 2.13.0 would bring gigabytes of graphics libraries, so this
# script never asks for it. Pip's settings say where to find the build (pip.conf, PIP_FIND_LINKS, PIP_EXTRA_INDEX_URL).
set -eu
cd "$(dirname "$0")/.."
version() { "$1" -c 'import importlib.metadata as m; print(m.version("torch"))' 2>/dev/null; }
if ! version "$1" >/dev/null; then
  echo "installing PyTorch for the parity tests (about 200 MB, once)"
  # Compiling all its modules would take longer than the download.
  "$1" -m pip install --quiet --no-compile --disable-pip-version-check --retries 1 --timeout 30 --only-binary=torch \
    -c constraints.txt -e '.[parity]' >/dev/null 2>&1 || true
fi
if installed=$(version "$1"); then
  echo "parity tests: compared with PyTorch $installed"
else
  echo "parity tests: skipped, no PyTorch for the processor alone can be had here (see scripts/ensure-torch.sh)"
fi
