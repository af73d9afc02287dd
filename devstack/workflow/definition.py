"""Reading a state machine file: substitutions as CloudFormation makes them, then YAML."""

import re
from collections.abc import Mapping

import yaml

from clario.errors import ConfigurationError
from devstack.workflow.states import Definition

_SUBSTITUTION = re.compile(r"\$\{(\w+)\}")


def load_definition(text: str, substitutions: Mapping[str, str]) -> Definition:
    """The definition in an ASL file written as YAML, every `${Name}` replaced by its substitution.

    Raises:
        ConfigurationError: a name without a substitution.
    """

    def value(found: re.Match[str]) -> str:
        if found[1] not in substitutions:
            raise ConfigurationError(f"the state machine names ${{{found[1]}}}, which nothing substitutes")
        return substitutions[found[1]]

    definition: Definition = yaml.safe_load(_SUBSTITUTION.sub(value, text))
    return definition
