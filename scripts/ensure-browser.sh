#!/bin/sh
# Find a Chromium or Chrome for the browser tests, or install one: Debian's packages if root on Debian, otherwise
# Playwright's build. Tests run faster in the headless shell, a Chromium without windows. It has a package of its own in
# Debian, and is part of Playwright's build. Without it the tests run in the whole browser. Usage: ensure-browser.sh PYTHON
set -eu

# Succeeds if at least one of these programs is installed.
is_there() {
  for name in "$@"; do
    command -v "$name" >/dev/null 2>&1 && return 0
  done
  return 1
}

is_debian_root() {
  [ "$(id -u)" = 0 ] && is_there apt-get && [ -e /etc/debian_version ]
}

install_package() {
  echo "installing $1 (Debian package)"
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

[ -z "${LOSSROOM_CHROMIUM:-}" ] || { [ -x "$LOSSROOM_CHROMIUM" ] && exit 0; echo "LOSSROOM_CHROMIUM=$LOSSROOM_CHROMIUM is not there"; exit 1; }
whole=no
is_there chromium chromium-browser google-chrome google-chrome-stable chrome && whole=yes
[ -x "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome" ] && whole=yes
if is_debian_root && { [ $whole = no ] || ! is_there chromium-headless-shell; }; then
  apt-get update -qq -o Acquire::Retries=0 -o Acquire::http::Timeout=20 || [ $whole = yes ]
  [ $whole = yes ] || install_package chromium fonts-noto-cjk
  is_there chromium-headless-shell || install_package chromium-headless-shell || echo "tests run in the whole Chromium"
  exit 0
fi
[ $whole = no ] || exit 0
"$1" -c '
import pathlib, sys
from playwright.sync_api import sync_playwright
with sync_playwright() as p:
    sys.exit(0 if pathlib.Path(p.chromium.executable_path).exists() else 1)' 2>/dev/null && exit 0
echo "installing Playwright's Chromium"
"$1" -m playwright install --with-deps chromium || "$1" -m playwright install chromium
