"""docs/operations.md speaks of what is deployed, and of all of it that an operator meets."""

import re

import httpx
import pytest

from devstack.functions import ROOT
from devstack.proof.__main__ import checks
from devstack.proof.deployment import Deployment
from tests.contract.stack import Stack, template

TEXT = (ROOT / "docs" / "operations.md").read_text()


@pytest.mark.parametrize("parameter", template()["Parameters"])
def test_every_parameter_is_explained(parameter: str) -> None:
    assert f"`{parameter}`" in TEXT


def test_every_alarm_has_something_to_do(stack: Stack) -> None:
    rows = set(re.findall(r"^\| `(\w+)`", TEXT, re.MULTILINE))
    assert set(stack.of_type("CloudWatch::Alarm")) <= rows


def test_what_it_says_is_proved_is_proved() -> None:
    table = TEXT.partition("## What only a real account can prove")[2]
    named = set(re.findall(r"\*([a-zA-Z][^*|]+)\*", table))
    with httpx.Client() as http:
        titles = {title for title, _ in checks(Deployment("none", {}, {}, {}), http, "token")}
    assert len(named) >= 6 and named <= titles
