#!/bin/sh
# Installs what the tests drive for real: mail clients, a mail server, PostgreSQL, clamd, a browser. It asks for nothing and changes
# nothing but what apt installs; where there is no apt or no right to use it, tests that miss something say so and skip.
set -eu
missing=""
need() { command -v "$1" >/dev/null 2>&1 || [ -x "/usr/sbin/$1" ] || missing="$missing $2"; }
need swaks swaks
perl -MNet::SSLeay -e 1 2>/dev/null || missing="$missing libnet-ssleay-perl" # swaks needs it for TLS
need mbsync isync
need python3 python3-minimal
need postfix postfix
need clamd clamav-daemon
need gcc gcc
need node nodejs # builds the browser apps and drives the browser tests
need npm npm
command -v chromium >/dev/null 2>&1 || command -v google-chrome >/dev/null 2>&1 || missing="$missing chromium"
need certutil libnss3-tools
fc-list :lang=ja 2>/dev/null | grep -q . || missing="$missing fonts-noto-cjk" # Japanese in pictures of screens
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null 2>&1 || missing="$missing postgresql"
[ -n "$missing" ] || exit 0
if ! command -v apt-get >/dev/null 2>&1 || [ "$(id -u)" != 0 ]; then
	echo "not installed (no apt-get, or not root):$missing"
	exit 0
fi
export DEBIAN_FRONTEND=noninteractive
echo "installing:$missing"
# Services that packages bring must not start: tests start their own, with their own settings.
if [ ! -e /usr/sbin/policy-rc.d ]; then
	printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d && chmod +x /usr/sbin/policy-rc.d
	trap 'rm -f /usr/sbin/policy-rc.d' EXIT
fi
apt-get update -qq >/dev/null 2>&1 || true
for p in $missing; do
	apt-get install -y -qq --no-install-recommends "$p" >/dev/null 2>&1 || echo "could not install $p: its tests will skip"
done
