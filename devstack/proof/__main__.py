"""The command: python -m devstack.proof STACK [SELLER]."""

import os
import sys
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta

import httpx
import jwt

from clario.aws.clients import our_errors
from clario.aws.secrets import read_secret
from clario.errors import ClarioError, ConfigurationError
from devstack.proof.api import ApiProof
from devstack.proof.cloud import CloudProof
from devstack.proof.deployment import Deployment, Unproved, find

SELLER = "proof"
SESSION_LIFE = timedelta(hours=1)

Check = tuple[str, Callable[[], str]]


def main(arguments: list[str]) -> int:
    stack, seller = (*arguments, SELLER)[:2] if arguments else ("", SELLER)
    try:
        if not stack:
            raise ConfigurationError("STACK: name the stack, as in make prove STACK=clario-dev")
        deployment = find(stack)
        with httpx.Client(base_url=deployment.outputs["ApiUrl"], timeout=40) as http:
            return prove(checks(deployment, http, session_of(deployment, seller)))
    except ClarioError as error:
        print(f"prove: {error}", file=sys.stderr)
        return 1


def prove(given: Iterable[Check]) -> int:
    """Run them all and say what each came to; answers 1 when one failed."""
    failed = 0
    for title, check in given:
        try:
            with our_errors("AWS"):
                print(f"proved   {title}: {check()}", flush=True)
        except (ClarioError, Unproved) as error:
            failed = 1
            print(f"FAILED   {title}: {error}", flush=True)
    return failed


def session_of(deployment: Deployment, seller: str) -> str:
    """A session of the seller, signed with the stack's secret or, where keys are yours, given as SESSION_TOKEN."""
    if given := os.environ.get("SESSION_TOKEN"):
        return given
    if "SessionSecretArn" not in deployment.outputs:
        raise ConfigurationError(
            "SESSION_TOKEN: this stack verifies sessions with your keys; set it to one of a seller"
        )
    claims: dict[str, object] = {"sub": seller, "exp": datetime.now(UTC) + SESSION_LIFE}
    named = {"iss": "SessionJwtIssuer", "aud": "SessionJwtAudience"}
    claims |= {name: value for name, key in named.items() if (value := deployment.parameters.get(key))}
    return jwt.encode(claims, read_secret(deployment.outputs["SessionSecretArn"]), "HS256")


def checks(deployment: Deployment, http: httpx.Client, token: str) -> list[Check]:
    """Everything that is proved, in order: later checks look at the sync of earlier ones."""
    deployment.secrets.append(token)
    api = ApiProof(http, token, time.sleep)
    cloud = CloudProof(deployment, datetime.now(UTC), time.sleep)
    return [
        ("functions are what was built", cloud.functions_fit),
        ("the API answers", api.answers),
        ("the API knows sessions", api.knows_sessions),
        ("a sync runs to its end", api.syncs),
        ("its events are told", api.tells_events),
        ("Step Functions ran it", lambda: cloud.execution_succeeded(api.sync_id)),
        ("objects are kept", cloud.objects_are_kept),
        ("a sync is cancelled", api.cancels),
        ("the end of an execution reaches us", cloud.rule_calls_finish),
        ("the tick comes", cloud.tick_comes),
        ("nothing is stuck", cloud.nothing_is_stuck),
        ("logs hold no secret", cloud.logs_hold_no_secret),
    ]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
