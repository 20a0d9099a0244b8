#!/bin/sh
# Finds a Python that really runs (a name on the PATH may be a shim that fails), then lets
# bootstrap.py bring .venv up to date for: run, dev or bench. PYTHON=… chooses another one.
set -u
cd "$(dirname "$0")/.." || exit 1

works='import sys; sys.exit(sys.version_info < (3, 11))'
whole='import ensurepip, venv'

python=.venv/bin/python
if ! "$python" -c "$works" >/dev/null 2>&1; then
    python=
    partial=
    for candidate in ${PYTHON:-} python3.13 python3.12 python3.11 python3.14 python3 python; do
        "$candidate" -c "$works" >/dev/null 2>&1 || continue
        if "$candidate" -c "$whole" >/dev/null 2>&1; then
            python=$candidate
            break
        fi
        partial=${partial:-$candidate}
    done
    if [ -z "$python" ] && [ -n "$partial" ]; then
        version=$("$partial" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
        echo "Python $version is here ($partial), but without its venv module." >&2
        echo "Install it (on Debian and Ubuntu: apt install python$version-venv), then run the same command again." >&2
        exit 1
    fi
    if [ -z "$python" ]; then
        echo "Standing needs Python 3.11 or newer, and none was found that runs." >&2
        echo "Install one, or name it: make run PYTHON=/path/to/python3" >&2
        exit 1
    fi
fi
exec "$python" config/bootstrap.py "$1"
