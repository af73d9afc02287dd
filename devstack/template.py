"""What `template.yaml` says of each function, as far as this machine needs it."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import yaml

from clario.config import SECRETS
from devstack.functions import ROOT

TEMPLATE = ROOT / "template.yaml"
_SECRETS = {f"{name.upper()}_ARN": name.upper() for name in SECRETS}


@dataclass(frozen=True, slots=True)
class Function:
    """One function. `timeout` is in seconds, `memory` in MB; `variables` are the names it gets."""

    name: str
    resource: str
    timeout: int
    memory: int
    variables: frozenset[str]

    def with_secrets(self, values: Mapping[str, str]) -> dict[str, str]:
        """Its part of the values, secrets as such."""
        names = {_SECRETS.get(name, name) for name in self.variables}
        return {name: value for name, value in values.items() if name in names}

    def as_deployed(self, values: Mapping[str, str], prefix: str) -> dict[str, str]:
        """Its part of the values, of each secret the name in Secrets Manager: `prefix` and the variable it is for."""
        secrets = {arn: prefix + name for arn, name in _SECRETS.items() if arn in self.variables and values.get(name)}
        return {name: value for name, value in values.items() if name in self.variables} | secrets


@cache
def functions() -> Mapping[str, Function]:
    """The functions by their folder's name."""
    template = yaml.load(TEMPLATE.read_text(), _Loader)  # noqa: S506 - a safe loader, which reads unknown tags as data
    shared = template["Globals"]["Function"]
    found = (
        _function(resource, shared, body["Properties"])
        for resource, body in template["Resources"].items()
        if body["Type"] == "AWS::Serverless::Function"
    )
    return {function.name: function for function in found}


def _function(resource: str, shared: Mapping[str, Any], own: Mapping[str, Any]) -> Function:
    def of_both(name: str) -> Any:
        return own.get(name, shared.get(name))

    variables = _variables(shared) | _variables(own)
    name = own["CodeUri"].rstrip("/").rpartition("/")[2]
    return Function(name, resource, of_both("Timeout"), of_both("MemorySize"), frozenset(variables))


def _variables(properties: Mapping[str, Any]) -> set[str]:
    return set(properties.get("Environment", {}).get("Variables", {}))


class _Loader(yaml.SafeLoader):
    """Reads CloudFormation's short forms (`!Ref`, `!Sub`, ...) as what stands behind them."""


def _value(loader: _Loader, _tag: str, node: yaml.Node) -> Any:
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    return loader.construct_mapping(node, deep=True) if isinstance(node, yaml.MappingNode) else node.value


_Loader.add_multi_constructor("!", _value)
