#!/bin/sh
# Compiles a layer with the Python of Lambda, which otherwise would compile at every cold start: a layer is read-only.
# Usage: layers/bytecode.sh FOLDER
set -eu

is_it='import sys; sys.exit(sys.version_info[:2] != (3, 13) or sys.implementation.name != "cpython")'

python=
for name in python3.13 "$(pyenv root 2>/dev/null)"/versions/3.13*/bin/python3.13 "$(uv python find 3.13 2>/dev/null)"; do
    # A version manager's shim may exist and still not run.
    if "$name" -c "$is_it" >/dev/null 2>&1; then
        python=$name
        break
    fi
done
if [ -z "$python" ]; then
    echo "build: the layers need bytecode of Python 3.13; install it (pyenv install 3.13, or uv python install 3.13)" >&2
    exit 1
fi

# Unchecked: nobody changes a source in a layer, and times and places of this machine are nobody's business there.
"$python" -m compileall -q -j 0 --invalidation-mode unchecked-hash -s "$1" -p /opt "$1/python"
