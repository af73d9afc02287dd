"""Composition: the only place where ports meet what implements them."""

import hashlib
import re
import time
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING

from clario.config import Settings, local_folder, read_settings
from clario.domain.usage_plans import scaled
from clario.errors import ConfigurationError, FatalError
from clario.services.amazon import AmazonStep
from clario.services.planning import PlanSettings
from clario.services.records import EnvironmentConnection
from clario.services.syncs import SyncControl

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from contextlib import AbstractContextManager

    from clario.api.dependencies import ApiServices
    from clario.api.sessions import Sessions
    from clario.db.connection import PostgresDatabase
    from clario.services.ports import Clock, Metrics, ObjectStore, Queue, SellerApi, TokenCipher, Workflow
    from clario.services.records import Connection
    from clario.spapi.seller_api import AmazonSellerApi

# What KMS calls a key: an ARN, an alias, the id of a key of one region or of several.
KMS_KEY = re.compile(r"arn:[\w-]+:kms:\S+|alias/\S+|mrk-[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class SystemClock:
    """Real time."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


@dataclass
class Container:
    """Everything a handler may need, made when first asked for.

    Args:
        workflow, queue: who runs the state machine, and the queue of the function of that name. One machine's runtime
            hands them in; on AWS they are the state machine and the queues that the settings name.
        simulated: `clock` is a simulation's, so the database lives in its time, too.
    """

    settings: Settings
    workflow: "Workflow | None" = None
    queue: "Callable[[str], Queue] | None" = None
    clock: "Clock" = field(default_factory=SystemClock)
    simulated: bool = False

    @cached_property
    def database(self) -> "PostgresDatabase":
        from clario.db.connection import PostgresDatabase, verified

        dsn = self.settings.database_url.get_secret_value()
        if self.settings.deployed:
            dsn = verified(dsn, self.settings.database_ca_bundle)
        return PostgresDatabase(dsn, self.clock if self.simulated else None)

    @cached_property
    def objects(self) -> "ObjectStore":
        from clario.aws.object_store import S3ObjectStore
        from clario.files.object_store import FolderObjectStore

        if self.settings.raw_store.startswith("s3://"):
            return S3ObjectStore(self.settings.raw_store)
        return FolderObjectStore(local_folder(self.settings.raw_store))

    @cached_property
    def cipher(self) -> "TokenCipher":
        from clario.aws.token_cipher import KmsCipher
        from clario.files.token_cipher import KeyFileCipher

        if KMS_KEY.fullmatch(self.settings.token_key):
            return KmsCipher(self.settings.token_key)
        return KeyFileCipher(local_folder(self.settings.token_key))

    @cached_property
    def amazon(self) -> "AmazonAccess":
        return AmazonAccess(self)

    @property
    def amazon_step(self) -> AmazonStep:
        return AmazonStep(self.database, self.amazon, self.clock)

    @property
    def plan_settings(self) -> PlanSettings:
        settings = self.settings
        marketplaces, static = settings.amazon_spapi_marketplace_ids, settings.static_sandbox
        return PlanSettings(settings.sync_history_days, marketplaces, self.api_versions, static)

    @property
    def api_versions(self) -> dict[str, str]:
        """The generation of Amazon's API to read, by stream."""
        return {
            "orders": self.settings.amazon_spapi_orders_version,
            "financial_events": self.settings.amazon_spapi_finances_version,
        }

    def sync_control(self) -> SyncControl:
        environment = None
        token = self.settings.amazon_spapi_refresh_token.get_secret_value()
        if self.settings.env_token_allowed and token:
            environment = EnvironmentConnection(self.settings.region, self.settings.is_sandbox, _fingerprint(token))
        return SyncControl(self.database, self.sync_workflow, self.clock, environment)

    @cached_property
    def api(self) -> "ApiServices":
        """What the API works with: the database under the API's own role, and no token."""
        from clario.api.dependencies import ApiServices

        database = self.database.acting_as("clario_api")
        return ApiServices(
            database,
            self.clock,
            _sessions(self.settings),
            lambda: replace(self.sync_control(), database=database),
            self.settings,
        )

    @cached_property
    def sync_workflow(self) -> "Workflow":
        from clario.aws.workflow import StepFunctionsWorkflow

        return self.workflow or StepFunctionsWorkflow(_named(self.settings.state_machine_arn, "STATE_MACHINE_ARN"))

    @cached_property
    def metrics(self) -> "Metrics":
        from clario.aws.metrics import CloudWatchMetrics

        return CloudWatchMetrics(heard=self.settings.deployed)

    @cached_property
    def detection_queue(self) -> "Queue":
        return self._queue("detect", self.settings.detection_queue_url, "DETECTION_QUEUE_URL")

    @cached_property
    def refresh_queue(self) -> "Queue":
        return self._queue("refresh", self.settings.refresh_queue_url, "REFRESH_QUEUE_URL")

    def _queue(self, function: str, url: str, variable: str) -> "Queue":
        from clario.aws.queue import SqsQueue

        return self.queue(function) if self.queue else SqsQueue(_named(url, variable))


class AmazonAccess:
    """The `Amazon` port: the API of a connection, with its token and its usage plans."""

    def __init__(self, container: Container) -> None:
        self._container = container
        settings = container.settings
        self._plans = scaled(settings.amazon_spapi_rate_scale, sandbox=settings.static_sandbox)

    @property
    def rate_scale(self) -> float:
        return self._container.settings.amazon_spapi_rate_scale

    def api(self, connection: "Connection", prepaid: "Iterable[str]" = ()) -> "AbstractContextManager[SellerApi]":
        from clario.db.tokens import PostgresAccessTokens
        from clario.db.usage_plans import PostgresUsagePlans
        from clario.spapi.auth import LwaCredentials

        container, settings = self._container, self._container.settings
        _check_kind(connection, settings)
        secret = settings.amazon_spapi_client_secret.get_secret_value()
        credentials = LwaCredentials(settings.amazon_spapi_client_id, secret, self._refresh_token(connection))
        return self._kind(
            settings.base_url(connection.region),
            credentials,
            settings.amazon_lwa_token_url,
            PostgresAccessTokens(container.database, container.cipher, connection.seller_id, connection.connection_id),
            PostgresUsagePlans(
                container.database,
                _plan_owner(connection, credentials.refresh_token),
                credentials.client_id,
                self._plans,
            ),
            container.clock,
            settings.amazon_spapi_rate_scale,
            prepaid,
        )

    @cached_property
    def _kind(self) -> "type[AmazonSellerApi]":
        from clario.spapi.sandbox import SandboxSellerApi
        from clario.spapi.seller_api import AmazonSellerApi

        return SandboxSellerApi if self._container.settings.static_sandbox else AmazonSellerApi

    def _refresh_token(self, connection: "Connection") -> str:
        from clario.db.tokens import refresh_token

        container = self._container
        own = None
        if connection.source == "database":
            own = refresh_token(container.database, container.cipher, connection.seller_id, connection.connection_id)
        return own or container.settings.amazon_spapi_refresh_token.get_secret_value()


def _check_kind(connection: "Connection", settings: Settings) -> None:
    """Samples and a seller's own data are never mixed: claims would come of it."""
    if connection.is_sandbox != settings.is_sandbox:
        kind, other = ("a sandbox", "the real Amazon") if connection.is_sandbox else ("the real Amazon", "a sandbox")
        raise FatalError(
            f"what is stored of this connection is from {kind}, and AMAZON_SPAPI_BASE_URL names {other}: "
            "take another database (DATABASE_URL), or another seller"
        )


def _plan_owner(connection: "Connection", refresh_token: str) -> str:
    """Whose usage plan a call counts in: the selling partner, or where none is known a hash of the refresh token.

    Each region of Amazon counts for itself.
    """
    return f"{connection.region}:{connection.selling_partner_id or _fingerprint(refresh_token)}"


def _fingerprint(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()[:32]


def _sessions(settings: Settings) -> "Sessions":
    from clario.api.sessions import KeySet, Sessions, SharedSecret, fetch_from

    secret, url = settings.session_jwt_secret.get_secret_value(), settings.session_jwks_url
    if not secret and not url:
        raise ConfigurationError("SESSION_JWT_SECRET: neither it nor SESSION_JWKS_URL is set; nobody could sign in")
    keys = SharedSecret(secret) if secret else KeySet(fetch_from(url))
    return Sessions(keys, settings.session_jwt_issuer, settings.session_jwt_audience)


def _named(setting: str, variable: str) -> str:
    """A setting that must name what the runtime did not hand in."""
    if not setting:
        raise ConfigurationError(f"{variable} is not set; on a laptop, `make serve` runs what it would name")
    return setting


_container: Container | None = None


def container() -> Container:
    """The container of this execution environment, from the environment's settings."""
    global _container
    if _container is None:
        _container = Container(read_settings(secret=_secret))
    return _container


def _secret(arn: str) -> str:
    from clario.aws.secrets import read_secret

    return read_secret(arn)


def use(other: Container) -> None:
    """Let handlers that run in this process work with that container."""
    global _container
    _container = other
