#!/bin/sh
# Install TypeScript and Biome in node_modules, in the versions of package-lock.json, unless they are installed already.
# Only `make check` and `make format` need them. npm takes them from the registry in its settings on this machine.
set -eu
cd "$(dirname "$0")/.."
PATH="$(pwd)/.venv/bin:$PATH"
wanted="$(cat package.json package-lock.json | cksum)"
[ "$(cat node_modules/.installed 2>/dev/null || true)" = "$wanted" ] && exit 0
if ! command -v npm >/dev/null 2>&1; then
  echo "TypeScript and Biome cannot be installed: there is no npm, neither in .venv nor on this machine."
  echo "Install Node 22 or newer. The tests (make test) need no npm."
  exit 1
fi
echo "installing TypeScript and Biome (once, about 40 MB)"
if ! npm ci --no-progress --fetch-retries=1 --fetch-timeout=60000; then
  echo
  echo "TypeScript and Biome cannot be installed: npm cannot download them from its registry ($(npm config get registry))."
  echo "Until npm can reach it, the page's scripts are not checked. The tests (make test) need no npm."
  exit 1
fi
echo "$wanted" > node_modules/.installed
