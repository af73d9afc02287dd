"""Each function may do, and is told, exactly what its code comes to."""

import inspect
from pathlib import Path
from typing import Any

import pytest

from clario.api.routes import costs, detections, progress, service, syncs
from devstack.functions import FOLDER
from tests.contract.reach import Operation, touched
from tests.contract.stack import Stack, template

FUNCTIONS = sorted(door.parent.name for door in FOLDER.glob("*/app.py"))
ROUTES = {"api_sync": (service, syncs), "api_progress": (progress,), "api_detections": (detections, costs)}

# Everything is in Postgres.
ALL_NEED = {"secret DATABASE_URL"}
OPEN_TOKENS = {
    "kms:Decrypt",
    "kms:GenerateDataKey",
    "secret AMAZON_SPAPI_CLIENT_SECRET",
    "secret AMAZON_SPAPI_REFRESH_TOKEN",
}
# What is needed for what is touched: actions, and secrets by name.
ACTIONS: dict[Operation, set[str]] = {
    ("container", "amazon"): OPEN_TOKENS,
    ("container", "amazon_step"): OPEN_TOKENS,
    ("container", "api"): {"secret SESSION_JWT_SECRET"},
    ("container", "sync_control"): {"secret AMAZON_SPAPI_REFRESH_TOKEN"},
    ("objects", "open"): {"s3:GetObject", "s3:ListBucket"},
    ("objects", "put"): {"s3:PutObject"},
    ("queue", "send"): {"sqs:SendMessage"},
    ("workflow", "start"): {"states:StartExecution"},
    ("workflow", "status"): {"states:DescribeExecution"},
    ("workflow", "stop"): {"states:StopExecution"},
}
# Lambda takes the messages with the function's role.
QUEUE_WORKERS = {"detect": {"sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"}}

AMAZON_VARIABLES = {
    "AMAZON_SPAPI_BASE_URL",
    "AMAZON_SPAPI_CLIENT_ID",
    "AMAZON_SPAPI_CLIENT_SECRET_ARN",
    "AMAZON_SPAPI_ENV_TOKEN",
    "AMAZON_SPAPI_REFRESH_TOKEN_ARN",
    "TOKEN_KEY",
}
CONTROL_VARIABLES = {
    "AMAZON_SPAPI_BASE_URL",
    "AMAZON_SPAPI_ENV_TOKEN",
    "AMAZON_SPAPI_REFRESH_TOKEN_ARN",
    "STATE_MACHINE_ARN",
}
API_VARIABLES = {
    "ALLOWED_ORIGINS",
    "PUBLIC_BASE_URL",
    "SESSION_JWKS_URL",
    "SESSION_JWT_AUDIENCE",
    "SESSION_JWT_ISSUER",
    "SESSION_JWT_SECRET_ARN",
}
PLAN_VARIABLES = {
    "AMAZON_SPAPI_FINANCES_VERSION",
    "AMAZON_SPAPI_MARKETPLACE_IDS",
    "AMAZON_SPAPI_ORDERS_VERSION",
    "SYNC_HISTORY_DAYS",
}
VARIABLES: dict[Operation, set[str]] = {
    ("container", "amazon"): AMAZON_VARIABLES,
    ("container", "amazon_step"): AMAZON_VARIABLES,
    ("container", "api"): API_VARIABLES,
    ("container", "detection_queue"): {"DETECTION_QUEUE_URL"},
    ("container", "objects"): {"RAW_STORE"},
    ("container", "plan_settings"): PLAN_VARIABLES,
    ("container", "sync_control"): CONTROL_VARIABLES,
    ("container", "sync_workflow"): {"STATE_MACHINE_ARN"},
    ("settings", "sync_daily_at"): {"SYNC_DAILY_AT"},
}
# Taken from the container, and nothing of AWS's or the operator's: the address of the database is everybody's.
NOTHING_OF_ITS_OWN: set[Operation] = {
    ("container", "clock"),
    ("container", "database"),
    ("container", "settings"),
    ("settings", "history_days"),
    ("settings", "marketplace_ids"),
    ("settings", "versions"),
}


@pytest.fixture(scope="module")
def stack(region: None) -> Stack:
    """With everything that may be switched on and has a permission or a variable."""
    return Stack(AmazonEnvToken="1", DatabaseCaBundle="ca.pem")


def code(function: str) -> set[Operation]:
    return touched(function, [Path(inspect.getfile(module)) for module in ROUTES.get(function, ())])


def granted(stack: Stack, function: str) -> set[str]:
    """What the function's statements allow, secrets by name; without Lambda's reports of failed calls."""
    role = stack.functions()[function]["Role"].removeprefix("<").removesuffix(".Arn>")
    found = set()
    for statement in stack.statements(role):
        actions, resources = _list(statement["Action"]), _list(statement["Resource"])
        if actions == ["secretsmanager:GetSecretValue"]:
            found |= {f"secret {_secret(resource)}" for resource in resources}
        elif resources != ["<UndeliveredQueue.Arn>"]:
            found |= set(actions)
    return found


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _secret(resource: str) -> str:
    if resource == "<SessionSecret>":
        return "SESSION_JWT_SECRET"
    assert resource.endswith("-??????"), "the six characters that Secrets Manager adds to a name"
    return resource.removesuffix("-??????").rpartition("/")[2]


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_may_do_what_its_code_comes_to_and_nothing_else(function: str, stack: Stack) -> None:
    needed = set().union(*(ACTIONS.get(entry, set()) for entry in code(function)))
    assert granted(stack, function) == ALL_NEED | needed | QUEUE_WORKERS.get(function, set())


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_is_told_what_its_code_reads_and_nothing_else(function: str, stack: Stack) -> None:
    told = set(stack.functions()[function]["Environment"]["Variables"])
    everybodys = set(template()["Globals"]["Function"]["Environment"]["Variables"])
    needed = set().union(*(VARIABLES.get(entry, set()) for entry in code(function)))
    assert told - everybodys == needed


@pytest.mark.parametrize("function", FUNCTIONS)
def test_nothing_is_touched_of_which_these_tests_do_not_know_what_it_needs(function: str) -> None:
    assert code(function) <= set(ACTIONS) | set(VARIABLES) | NOTHING_OF_ITS_OWN


def test_code_that_touched_more_would_be_found(tmp_path: Path) -> None:
    route = tmp_path / "route.py"
    route.write_text("def wipe(services):\n    return services.syncs().cancel('a', 'b')\n")
    assert ("workflow", "stop") in touched("api_progress", [route])
    assert ("workflow", "stop") not in touched("api_progress", [])


def test_a_token_is_sealed_for_a_seller_or_not_at_all(stack: Stack) -> None:
    statements = stack.statements("PlanFunctionRole")
    [kms] = [entry for entry in statements if "kms:Decrypt" in entry["Action"]]
    assert kms["Resource"] == "<TokenKey.Arn>"
    assert kms["Condition"] == {"ForAnyValue:StringEquals": {"kms:EncryptionContextKeys": "seller"}}
