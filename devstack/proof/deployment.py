"""A deployed stack: what it is made of, and what must be secret of it."""

from dataclasses import dataclass, field
from functools import cache
from typing import Any

import boto3
from psycopg.conninfo import conninfo_to_dict

from clario.aws.clients import our_errors
from clario.aws.secrets import read_secret
from clario.errors import ClarioError


class Unproved(Exception):
    """Something is not as it must be; the message says what, and what to do."""


@dataclass(frozen=True, slots=True)
class Deployment:
    """A stack's outputs and parameters, and the names that its resources got, by their names in the template."""

    name: str
    outputs: dict[str, str]
    parameters: dict[str, str]
    resources: dict[str, str]
    # Whatever must not stand in any log; never printed.
    secrets: list[str] = field(repr=False, default_factory=list)

    @property
    def functions(self) -> dict[str, str]:
        return {name: real for name, real in self.resources.items() if name.endswith("Function")}


@cache
def client(service: str) -> Any:
    """A client of any service; `clario.aws` knows only those that the functions call."""
    return boto3.client(service)


def find(stack: str) -> Deployment:
    """The stack of that name, in the region and account of the AWS profile.

    Raises:
        ClarioError: there is none, or it may not be looked at.
    """
    with our_errors(stack):
        formation = client("cloudformation")
        [described] = formation.describe_stacks(StackName=stack)["Stacks"]
        pages = formation.get_paginator("list_stack_resources").paginate(StackName=stack)
        listed = [entry for page in pages for entry in page["StackResourceSummaries"]]
    parameters = _by_name(described["Parameters"], "ParameterKey", "ParameterValue")
    outputs = _by_name(described["Outputs"], "OutputKey", "OutputValue")
    resources = _by_name(listed, "LogicalResourceId", "PhysicalResourceId")
    return Deployment(stack, outputs, parameters, resources, secrets_of(parameters["SecretsPrefix"], outputs))


def secrets_of(prefix: str, outputs: dict[str, str]) -> list[str]:
    """The secrets that the functions are given; those that do not exist are not."""
    found = [_optional(f"{prefix}/AMAZON_SPAPI_{name}") for name in ("CLIENT_SECRET", "REFRESH_TOKEN")]
    found.append(str(conninfo_to_dict(read_secret(f"{prefix}/DATABASE_URL")).get("password", "")))
    if arn := outputs.get("SessionSecretArn"):
        found.append(read_secret(arn))
    return [secret for secret in found if secret]


def _optional(name: str) -> str:
    try:
        return read_secret(name)
    except ClarioError:
        return ""


def _by_name(entries: list[dict[str, Any]], key: str, value: str) -> dict[str, str]:
    return {entry[key]: entry[value] for entry in entries if value in entry}
