#!/bin/sh
# Renew constraints.txt and package-lock.json: the newest versions that pyproject.toml allows and of the tools for the
# page's scripts, without download addresses.
set -eu
cd "$(dirname "$0")/.."
fresh=$(mktemp -d)
trap 'rm -rf "$fresh"' EXIT
"${PYTHON:-python3}" -m venv "$fresh"
"$fresh/bin/python" -m pip install --quiet --disable-pip-version-check -e '.[dev,parity,bench,cluster]'
{
  echo "# Every version that is installed, runtime and tests. Renew: scripts/pin.sh"
  "$fresh/bin/python" -m pip freeze --exclude-editable | sed 's/^\(torch==[^+]*\)+cpu$/\1/'
} > constraints.txt
PATH="$fresh/bin:$PATH" npm install --save-dev --no-progress typescript@latest @biomejs/biome@latest
