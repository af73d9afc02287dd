"""Functions with the same settings as in AWS, on this machine: whatever AWS would answer comes from a stand-in."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from clario import bootstrap
from clario.bootstrap import Container
from clario.config import SECRETS, read_settings
from clario.db.migrate import migrate
from devstack.lambda_runtime import StandIn
from devstack.lambda_runtime.aws import KEY_ARN, RAW_STORE, REGION, Tell
from devstack.runtime import local_settings

PREFIX = "clario/local/"
"""What the names of secrets begin with."""


@dataclass(frozen=True, slots=True)
class Deployed:
    """A container, for this process, and the values of all variables for others."""

    container: Container
    values: dict[str, str]


@contextmanager
def as_deployed(data: Path, environment: Mapping[str, str], dsn: str, tell: Tell) -> Iterator[Deployed]:
    """Everything functions need besides the database: secrets, objects, keys, a queue, executions, the local Amazon.

    The clients of AWS of this process are led to the stand-in, too.
    """
    migrate(dsn)
    ours = {**environment, "RAW_STORE": RAW_STORE, "TOKEN_KEY": KEY_ARN}
    with local_settings(data, ours, dsn) as (values, _):
        secrets = {PREFIX + name.upper(): values[name.upper()] for name in SECRETS if values.get(name.upper())}
        with StandIn(tell, secrets) as aws:
            values |= aws.variables()
            os.environ |= {"AWS_ENDPOINT_URL": values["AWS_ENDPOINT_URL"], "AWS_DEFAULT_REGION": REGION}
            os.environ |= {"AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local"}
            container = Container(read_settings(values))
            bootstrap.use(container)
            try:
                yield Deployed(container, values)
            finally:
                container.database.close()
