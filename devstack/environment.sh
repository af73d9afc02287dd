#!/bin/sh
# Makes a virtual environment of one file of pins, when it is missing, of other pins, or was moved.
# Usage: devstack/environment.sh FOLDER PINS
set -eu
cd "$(dirname "$0")/.."
venv=$1
pins=$2

# Nothing to do while the environment is of these pins, for this place, and still runs.
if cmp -s "$pins" "$venv/installed.txt" && [ "$(cat "$venv/place.txt")" = "$PWD" ] &&
    "$venv/bin/python" -c "" 2>/dev/null; then
    exit 0
fi

fits='import sys; sys.exit(not ((3, 11) <= sys.version_info[:2] <= (3, 14)))'

python=
for name in python3.13 python3.12 python3.11 python3.14 python3; do
    # A version manager's shim may exist and still not run.
    if "$name" -c "$fits" >/dev/null 2>&1; then
        python=$name
        break
    fi
done
if [ -z "$python" ]; then
    echo "setup: no Python 3.11 to 3.14 found; install one (Debian, Ubuntu: apt install python3 python3-venv)" >&2
    exit 1
fi

echo "setup: $("$python" --version) in $venv"
rm -rf "$venv"
if "$python" -m venv "$venv" >/dev/null 2>&1; then
    pip="$venv/bin/python -m pip"
elif rm -rf "$venv" && "$python" -m venv --without-pip "$venv" && "$python" -m pip --version >/dev/null 2>&1; then
    # Debian splits ensurepip off: the system's own pip can fill the environment as well.
    pip="$python -m pip --python $venv/bin/python"
else
    rm -rf "$venv"
    echo "setup: $python cannot make a virtual environment; install its venv module (apt install python3-venv)" >&2
    exit 1
fi

echo "setup: installing the pinned packages of $pins (a minute or two the first time)"
# The file names every package, so there is nothing to resolve.
$pip install --quiet --quiet --disable-pip-version-check --no-warn-script-location --no-deps --require-hashes -r "$pins"
printf '%s' "$PWD" >"$venv/place.txt"
cp "$pins" "$venv/installed.txt"
