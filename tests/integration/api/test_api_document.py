"""The whole document against the whole application: whatever is asked, the answer is one that is documented."""

from collections.abc import Iterator

import hypothesis
import pytest
import schemathesis
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from clario.api.app import whole_document
from tests.integration.api.conftest import Bench, claim, detect, finish, reject, served, token

PROMISES = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
OPERATIONS = [found.ok() for found in schemathesis.openapi.from_dict(whole_document()).get_all_operations()]
PATIENCE = hypothesis.settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(hypothesis.HealthCheck),
)


@pytest.fixture
def address(bench: Bench) -> Iterator[str]:
    """The application with something to read everywhere; no sync runs, so that event streams end."""
    sync_id = bench.start()
    reject(bench, sync_id, lines=2)
    detect(bench, sync_id, claim("X1"), claim("X2", estimated_value=None))
    finish(bench, sync_id)
    with served(bench) as address:
        yield address


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.label)
def test_every_answer_is_a_documented_one(address: str, operation: schemathesis.schemas.APIOperation) -> None:
    headers = {"Authorization": f"Bearer {token()}"}

    @PATIENCE
    @hypothesis.given(case=operation.as_strategy())
    def ask(case: schemathesis.Case) -> None:
        case.call_and_validate(address, headers=headers, checks=PROMISES)

    ask()
