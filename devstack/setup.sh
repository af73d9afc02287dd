#!/bin/sh
# Makes .venv with everything that demo, test and serve need. Called by make; safe to call again.
set -eu
cd "$(dirname "$0")/.."
venv=.venv

devstack/environment.sh "$venv" requirements/dev.txt
[ -x "$venv/bin/clario" ] && exit 0

site=$("$venv/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
printf '%s\n%s\n' "$PWD" "$PWD/layers/core/python" >"$site/clario.pth"
cat >"$venv/bin/clario" <<EOF
#!$PWD/$venv/bin/python
import sys

from devstack.cli import main

sys.exit(main())
EOF
chmod +x "$venv/bin/clario"
