#!/bin/sh
# Find a Chromium or Chrome for the browser tests, or install one: Debian's package when root on
# Debian, else Playwright's own build. Usage: ensure-browser.sh PYTHON
set -eu
[ -z "${LOSSROOM_CHROMIUM:-}" ] || { [ -x "$LOSSROOM_CHROMIUM" ] && exit 0; echo "LOSSROOM_CHROMIUM=$LOSSROOM_CHROMIUM is not there"; exit 1; }
for name in chromium chromium-browser google-chrome google-chrome-stable chrome; do
  command -v "$name" >/dev/null 2>&1 && exit 0
done
[ -x "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome" ] && exit 0
"$1" -c '
import pathlib, sys
from playwright.sync_api import sync_playwright
with sync_playwright() as p:
    sys.exit(0 if pathlib.Path(p.chromium.executable_path).exists() else 1)' 2>/dev/null && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
  echo "installing chromium (Debian package)"
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium fonts-noto-cjk >/dev/null
else
  echo "installing Playwright's Chromium"
  "$1" -m playwright install --with-deps chromium || "$1" -m playwright install chromium
fi
