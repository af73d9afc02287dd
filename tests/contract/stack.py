"""`template.yaml` as CloudFormation would see it: translated by SAM, its intrinsic functions worked out."""

import re
from copy import deepcopy
from functools import cache
from typing import Any

from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse

from devstack.template import TEMPLATE

ABSENT = object()
PSEUDO = {
    "AWS::AccountId": "123456789012",
    "AWS::NoValue": ABSENT,
    "AWS::Partition": "aws",
    "AWS::Region": "us-east-1",
    "AWS::StackName": "clario-test",
    "AWS::URLSuffix": "amazonaws.com",
}
REQUIRED = {"SecretsPrefix": "clario/test"}
LOCAL = ("CodeUri", "ContentUri", "DefinitionUri")


class Stack:
    """A stack of the template with these parameters; a reference reads `<Name>`, an attribute `<Name.Arn>`."""

    def __init__(self, **parameters: str) -> None:
        values = REQUIRED | parameters
        made = translated(values)
        self._mappings = made["Mappings"]
        self._values = {name: spec.get("Default") for name, spec in made["Parameters"].items()} | values | PSEUDO
        self._conditions = made["Conditions"]
        self.resources: dict[str, dict[str, Any]] = {
            name: self._worked_out(resource)
            for name, resource in made["Resources"].items()
            if "Condition" not in resource or self._holds(resource["Condition"])
        }

    def of_type(self, kind: str) -> dict[str, dict[str, Any]]:
        """Properties by logical id."""
        return {
            name: resource["Properties"]
            for name, resource in self.resources.items()
            if resource["Type"] == f"AWS::{kind}"
        }

    def functions(self) -> dict[str, dict[str, Any]]:
        """Properties of the functions by the name of their folder."""
        return {_folder(name): properties for name, properties in self.of_type("Lambda::Function").items()}

    def statements(self, role: str) -> list[dict[str, Any]]:
        """Everything a role of the template may do, without what AWS's own policies give it."""
        properties = self.of_type("IAM::Role")[role]
        ours = [arn.strip("<>") for arn in properties.get("ManagedPolicyArns", []) if arn.startswith("<")]
        documents = [self.of_type("IAM::ManagedPolicy")[name]["PolicyDocument"] for name in ours]
        documents += [policy["PolicyDocument"] for policy in properties.get("Policies", [])]
        return [statement for document in documents for statement in document["Statement"]]

    def _holds(self, condition: str) -> bool:
        return bool(self._worked_out(self._conditions[condition]))

    def _worked_out(self, value: Any) -> Any:
        if isinstance(value, list):
            found = [self._worked_out(entry) for entry in value]
            return [entry for entry in found if entry is not ABSENT]
        if not isinstance(value, dict):
            return value
        if len(value) == 1 and (function := getattr(self, _method(next(iter(value))), None)):
            return function(next(iter(value.values())))
        entries = {key: self._worked_out(entry) for key, entry in value.items()}
        return {key: entry for key, entry in entries.items() if entry is not ABSENT}

    def _do_ref(self, name: str) -> Any:
        return self._values.get(name, f"<{name}>")

    def _do_getatt(self, path: list[str]) -> str:
        return f"<{'.'.join(path)}>"

    def _do_sub(self, given: str | list[Any]) -> str:
        text, own = (given, {}) if isinstance(given, str) else (given[0], self._worked_out(given[1]))
        return re.sub(r"\$\{([\w:.]+)\}", lambda match: str(own.get(match[1]) or self._do_ref(match[1])), text)

    def _do_if(self, branches: list[Any]) -> Any:
        condition, then, otherwise = branches
        return self._worked_out(then if self._holds(condition) else otherwise)

    def _do_findinmap(self, path: list[Any]) -> Any:
        name, row, column = self._worked_out(path)
        return self._mappings[name][row][column]

    def _do_equals(self, both: list[Any]) -> bool:
        left, right = self._worked_out(both)
        return str(left) == str(right)

    def _do_not(self, condition: list[Any]) -> bool:
        return not self._worked_out(condition[0])


def allowed_values(parameter: str) -> list[str]:
    """The values that a parameter may have."""
    return list(template()["Parameters"][parameter]["AllowedValues"])


@cache
def template() -> dict[str, Any]:
    """The template as it is written."""
    parsed: dict[str, Any] = yaml_parse(TEMPLATE.read_text())
    return parsed


def translated(values: dict[str, str]) -> dict[str, Any]:
    """What SAM makes of the template: plain CloudFormation."""
    made: dict[str, Any] = transform(_uploaded(values), values, _NoPolicies())
    return made


def _uploaded(values: dict[str, str]) -> dict[str, Any]:
    """The template with places in S3 instead of folders, as `sam deploy` sends it."""
    uploaded = deepcopy(template())
    for resource in uploaded["Resources"].values():
        for name in LOCAL:
            if name in resource.get("Properties", {}):
                resource["Properties"][name] = "s3://bucket/key"
    # As CloudFormation does before it calls SAM, which so knows whether functions are traced.
    for name, value in values.items():
        uploaded["Parameters"][name]["Default"] = value
    return uploaded


class _NoPolicies:
    """The names of AWS's own policies are looked up at AWS; the template uses none."""

    def load(self) -> dict[str, str]:
        return {}


def _method(function: str) -> str:
    return f"_do_{function.removeprefix('Fn::').lower()}"


def _folder(resource: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", resource.removesuffix("Function")).lower()
