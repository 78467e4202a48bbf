#!/bin/sh
# Make .venv with everything pinned; do nothing where it is there already. Usage: setup.sh [dev]
#
# What is installed is noted in .venv/.installed: where this folder lay, and what was asked for. A folder that has been
# moved, a new version and a .venv that was left half made are each set up again.
set -eu
cd "$(dirname "$0")/.."
extra=${1:+[$1]}
wanted="$(pwd) $(cat pyproject.toml constraints.txt | cksum)"
noted=.venv/.installed${1:+-$1}
[ -f "$noted" ] && [ "$(cat "$noted")" = "$wanted" ] && [ -x .venv/bin/python ] && exit 0

python=${PYTHON:-}
if [ -z "$python" ]; then
  for name in python3.13 python3.12 python3.11 python3 python3.14; do
    if command -v $name >/dev/null 2>&1 && $name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      python=$name
      break
    fi
  done
fi
[ -n "$python" ] || { echo "Lossroom needs Python 3.11 or newer (set PYTHON=/path/to/python3)"; exit 1; }

place=$(cat .venv/.place 2>/dev/null || true)
if [ -e .venv ] && { [ "$place" != "$(pwd)" ] || ! .venv/bin/python -m pip --version >/dev/null 2>&1; }; then
  echo "making .venv again: it was left half made, or made in another folder"
  rm -rf .venv
fi
if [ ! -e .venv ]; then
  if ! "$python" -m venv .venv; then
    rm -rf .venv # a half one would look whole the next time
    echo
    echo "$python cannot make a virtual environment. On Debian and Ubuntu: sudo apt install python3-venv"
    exit 1
  fi
  pwd > .venv/.place
fi
echo "setting up Lossroom${1:+ with the tools for its tests} (once; from the internet or pip's cache, a minute or two)"
# Of the tools for tests most modules are never imported: Python compiles those that are, instead of pip all.
.venv/bin/python -m pip install --disable-pip-version-check --progress-bar off ${1:+--no-compile} \
  -c constraints.txt -e ".$extra"
.venv/bin/python scripts/fetch_plotly.py
echo "$wanted" > "$noted"
