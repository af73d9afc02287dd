"""The committed document is what the routes say, and shows an example of every operation."""

from typing import Any

import pytest
from fastapi.routing import APIRoute
from pydantic import TypeAdapter

from clario.api.app import EVERYTHING, whole_document
from devstack import openapi

ROUTES = [
    route for router in EVERYTHING for route in router.routes if isinstance(route, APIRoute) and route.include_in_schema
]
ANSWERING = [route for route in ROUTES if route.response_model is not None]
OPERATIONS = [
    (f"{method} {path}", operation)
    for path, operations in whole_document()["paths"].items()
    for method, operation in operations.items()
]


def test_the_committed_document_is_up_to_date() -> None:
    assert openapi.FILE.read_text(encoding="utf-8") == openapi.text(), "run python -m devstack.openapi"


@pytest.mark.parametrize(("name", "operation"), OPERATIONS, ids=[name for name, _ in OPERATIONS])
def test_every_operation_shows_an_example_of_its_answer(name: str, operation: dict[str, Any]) -> None:
    [content] = operation["responses"]["200"]["content"].values()
    assert content["example"]


@pytest.mark.parametrize("route", ANSWERING, ids=lambda route: route.path)
def test_an_example_is_exactly_what_its_model_would_send(route: APIRoute) -> None:
    example = route.responses[200]["content"]["application/json"]["example"]
    model: TypeAdapter[Any] = TypeAdapter(route.response_model)
    sent = model.dump_python(model.validate_python(example), mode="json", by_alias=True)
    assert sent == example


def test_no_answer_is_documented_that_we_do_not_give() -> None:
    assert all("422" not in operation["responses"] for _, operation in OPERATIONS)
