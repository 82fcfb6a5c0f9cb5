#!/bin/sh
# Finds a Python that is new enough and hands over to `python -m config.setup`. Installs one only as root on Debian.
cd "$(dirname "$0")/../.." || exit 2

hand_over() {
    for python in python3 /usr/bin/python3; do
        if "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            exec "$python" -m config.setup "$@"
        fi
    done
}

hand_over "$@"
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "==> Installing Python (under a minute)"
    export DEBIAN_FRONTEND=noninteractive
    { apt-get update -q && apt-get install -qy --no-install-recommends python3 python3-venv; } >/dev/null || exit 1
    hand_over "$@"
fi
echo "Centrale needs Python 3.11 or newer: run \`sudo apt install python3 python3-venv\`, then try again." >&2
exit 2
