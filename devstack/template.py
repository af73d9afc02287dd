"""What `template.yaml` says of each function, as far as this machine needs it."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import yaml

from clario.config import SECRETS
from devstack.functions import ROOT

TEMPLATE = ROOT / "template.yaml"
# What only a stand-in for Amazon needs: real ones have an address and a pace that are known.
LOCAL_ONLY = frozenset({"AMAZON_LWA_TOKEN_URL", "AMAZON_SPAPI_RATE_SCALE", "AWS_ENDPOINT_URL"})

_AT_HOME = {f"{name.upper()}_ARN": name.upper() for name in SECRETS}


@dataclass(frozen=True, slots=True)
class Function:
    """One function. `timeout` is in seconds, `memory` in MB; `variables` are the names it gets."""

    name: str
    resource: str
    timeout: int
    memory: int
    variables: frozenset[str]

    @property
    def local_variables(self) -> frozenset[str]:
        """The names it gets on this machine: secrets themselves instead of where they are."""
        return frozenset(_AT_HOME.get(name, name) for name in self.variables) | LOCAL_ONLY


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
