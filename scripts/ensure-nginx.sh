#!/bin/sh
# Find an nginx for the tests behind a proxy, or install Debian's package if root on Debian. The tests start their own nginx,
# so the package's service is stopped. Without nginx those tests are skipped.
set -eu
PATH="$PATH:/usr/sbin:/usr/local/sbin"
command -v nginx >/dev/null 2>&1 && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
  echo "installing nginx (Debian package)"
  if apt-get update -qq && RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends nginx >/dev/null; then
    [ ! -d /run/systemd/system ] || systemctl --quiet disable --now nginx || true
    exit 0
  fi
fi
echo "no nginx on this machine: tests behind a proxy will be skipped"
