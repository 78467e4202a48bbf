#!/bin/sh
# PyTorch for the parity tests, in its build for the processor alone (the extra "parity"); where that cannot be had,
# say so and succeed: those tests then skip themselves. Usage: ensure-torch.sh PYTHON
#
# On Linux the build is recognized by its version, 2.13.0+cpu. A plain 2.13.0 there brings gigabytes of graphics
# libraries, so it is never asked for. Where pip finds the build is pip's own setting (pip.conf, PIP_FIND_LINKS,
# PIP_EXTRA_INDEX_URL).
set -eu
cd "$(dirname "$0")/.."
version() { "$1" -c 'import importlib.metadata as m; print(m.version("torch"))' 2>/dev/null; }
if ! version "$1" >/dev/null; then
  echo "installing PyTorch for the parity tests (about 200 MB, once)"
  "$1" -m pip install --quiet --disable-pip-version-check --retries 1 --timeout 30 --only-binary=torch \
    -c constraints.txt -e '.[parity]' >/dev/null 2>&1 || true
fi
if installed=$(version "$1"); then
  echo "parity tests: compared with PyTorch $installed"
else
  echo "parity tests: skipped, no PyTorch for the processor alone can be had here (see scripts/ensure-torch.sh)"
fi
