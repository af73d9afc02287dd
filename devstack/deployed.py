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
    """A container for this process, and the values of all variables for others, who may call this machine `host`."""

    container: Container
    for_others: dict[str, str]


@contextmanager
def as_deployed(
    data: Path, environment: Mapping[str, str], dsn: str, tell: Tell, host: str = "127.0.0.1"
) -> Iterator[Deployed]:
    """Everything functions need besides the database: secrets, objects, keys, a queue, executions, the local Amazon.

    The clients of AWS that this process makes from then on are led to the stand-in, too.
    """
    migrate(dsn)
    ours = {"AMAZON_SPAPI_ENV_TOKEN": "1", **environment, "RAW_STORE": RAW_STORE, "TOKEN_KEY": KEY_ARN}
    with local_settings(data, ours, dsn) as (settings, _):
        seen = {name: value.replace("127.0.0.1", host) for name, value in settings.items()}
        secrets = {PREFIX + name.upper(): seen[name.upper()] for name in SECRETS if seen.get(name.upper())}
        with StandIn(tell, secrets) as aws:
            _lead_clients_to(aws)
            container = Container(read_settings({**settings, **aws.variables()}))
            bootstrap.use(container)
            try:
                yield Deployed(container, {**seen, **aws.variables(host)})
            finally:
                container.database.close()


def _lead_clients_to(aws: StandIn) -> None:
    os.environ |= {"AWS_ENDPOINT_URL": aws.variables()["AWS_ENDPOINT_URL"], "AWS_DEFAULT_REGION": REGION}
    os.environ |= {"AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local"}
