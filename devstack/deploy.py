"""Bring an environment up to date: the database first, then the stack. `make deploy ENV=dev`."""

import os
import subprocess
import sys
import tomllib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from clario.aws.secrets import read_secret
from clario.db.connection import verified
from clario.db.migrate import migrate
from clario.errors import ClarioError, ConfigurationError
from devstack.functions import ROOT

CONFIG = ROOT / "samconfig.toml"
CERTIFICATES = ROOT / "layers" / "core" / "certificates"
SAM = ROOT / ".tools" / "sam" / "bin" / "sam"

Secret = Callable[[str], str]
Run = Callable[[Sequence[str]], int]


def deploy(environment: str, *, secret: Secret, run: Run) -> int:
    """Migrate the environment's database, then deploy its stack; answers what `sam` answered.

    The new schema comes first, because the functions that run meanwhile can live with it and the new ones need it.

    Args:
        secret: gives the secret of a name.

    Raises:
        ConfigurationError: there is no such environment, no secret, or no way into the database. Nothing is deployed.
    """
    applied = migrate(database_of(parameters_of(environment), secret))
    print(f"deploy: {', '.join(applied) or 'no migration is missing'}", flush=True)
    return run([str(SAM), "deploy", "--config-env", environment])


def database_of(parameters: Mapping[str, str], secret: Secret) -> str:
    """The address of the database as the functions of a stack with these parameters see it."""
    bundle = parameters.get("DatabaseCaBundle")
    dsn = secret(f"{parameters['SecretsPrefix']}/DATABASE_URL")
    return verified(dsn, str(CERTIFICATES / bundle) if bundle else "")


def parameters_of(environment: str) -> dict[str, str]:
    """The parameters of an environment's stack that are not left to their defaults."""
    entries: dict[str, Any] = tomllib.loads(CONFIG.read_text())
    if environment not in entries or environment == "default":
        known = ", ".join(name for name, entry in entries.items() if name != "default" and isinstance(entry, dict))
        raise ConfigurationError(f"ENV: samconfig.toml has no environment {environment!r}, only {known}")
    overrides: list[str] = entries[environment]["deploy"]["parameters"]["parameter_overrides"]
    return {name: value for name, _, value in (entry.partition("=") for entry in overrides)}


def main(arguments: list[str]) -> int:
    environment = arguments[0] if arguments else ""
    try:
        return deploy(environment, secret=read_secret, run=_run)
    except ClarioError as error:
        print(f"deploy: {error}", file=sys.stderr)
        return 1


def _run(command: Sequence[str]) -> int:
    return subprocess.run(command, cwd=ROOT, env={**os.environ, "SAM_CLI_TELEMETRY": "0"}, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
