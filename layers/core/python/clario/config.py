"""Settings: the only reader of the environment. A wrong one stops the start with one line that names it and the fix."""

import os
import re
from collections.abc import Callable, Mapping
from datetime import time
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, ValidationError, model_validator

from clario.domain.values import MARKETPLACES
from clario.errors import ConfigurationError

SANDBOX_URL = "https://sandbox.sellingpartnerapi-na.amazon.com"
TOKEN_URL = "https://api.amazon.com/auth/o2/token"  # noqa: S105 - an address, not a secret
AMAZON_HOST = re.compile(r"(sandbox\.)?sellingpartnerapi-(na|eu|fe)\.amazon\.com")

CommaSeparated = Annotated[
    tuple[str, ...], BeforeValidator(lambda text: tuple(part.strip() for part in text.split(",") if part.strip()))
]
TimeOfDay = Annotated[time, BeforeValidator(lambda text: _time_of_day(text))]
LEAST_SECRET = 32  # characters; RFC 7518 §3.2 wants a key of at least the hash's 256 bits


class Settings(BaseModel):
    """Every variable of the environment that we read; the field names are theirs in lower case."""

    model_config = ConfigDict(frozen=True)

    database_url: SecretStr = SecretStr("")
    database_ca_bundle: str = ""
    amazon_spapi_base_url: str = SANDBOX_URL
    amazon_spapi_client_id: str = ""
    amazon_spapi_client_secret: SecretStr = SecretStr("")
    amazon_spapi_refresh_token: SecretStr = SecretStr("")
    amazon_spapi_env_token: bool | None = None
    amazon_lwa_token_url: str = TOKEN_URL
    amazon_spapi_marketplace_ids: CommaSeparated = ()
    amazon_spapi_finances_version: Literal["2024-06-19", "v0"] = "2024-06-19"
    amazon_spapi_orders_version: Literal["2026-01-01", "v0"] = "2026-01-01"
    amazon_spapi_rate_scale: float = Field(default=1.0, gt=0, le=1_000_000)
    sync_history_days: int = Field(default=548, ge=1, le=548)
    sync_tick_minutes: int = Field(default=5, ge=0, le=60)
    sync_daily_at: TimeOfDay = time(2)
    token_key: str = ".data/token.key"  # noqa: S105 - where the key is, not the key
    raw_store: str = ".data/raw"
    state_machine_arn: str = ""
    detection_queue_url: str = ""
    session_jwt_secret: SecretStr = SecretStr("")
    session_jwks_url: str = ""
    session_jwt_issuer: str = ""
    session_jwt_audience: str = ""
    allowed_origins: CommaSeparated = ()
    public_base_url: str = ""
    log_level: str = Field(default="INFO", pattern="^(DEBUG|INFO|WARNING|ERROR)$")
    aws_lambda_function_name: str = ""
    aws_sam_local: str = ""

    @property
    def deployed(self) -> bool:
        """Running in AWS itself."""
        return bool(self.aws_lambda_function_name) and not self.aws_sam_local

    @property
    def is_sandbox(self) -> bool:
        """Whether what is read is not real: Amazon's sandbox, or a stand-in on this machine."""
        host = urlsplit(self.amazon_spapi_base_url).hostname or ""
        return "sandbox" in self.amazon_spapi_base_url or host in ("127.0.0.1", "localhost")

    @property
    def env_token_allowed(self) -> bool:
        """Whether a seller without a stored connection uses the environment's refresh token."""
        if self.amazon_spapi_env_token is None:
            return not self.deployed or self.is_sandbox
        return self.amazon_spapi_env_token

    @property
    def region(self) -> str:
        """The region of the base URL, `na` where it names none."""
        match = AMAZON_HOST.fullmatch(urlsplit(self.amazon_spapi_base_url).hostname or "")
        return match.group(2) if match else "na"

    def base_url(self, region: str) -> str:
        """The host for a connection's region; only Amazon's own host names have a region part to follow it."""
        parts = urlsplit(self.amazon_spapi_base_url)
        match = AMAZON_HOST.fullmatch(parts.hostname or "")
        if match is None:
            return self.amazon_spapi_base_url.rstrip("/")
        return f"{parts.scheme}://{match.group(1) or ''}sellingpartnerapi-{region}.amazon.com"

    @model_validator(mode="after")
    def _check_addresses(self) -> Self:
        for name in ("amazon_spapi_base_url", "amazon_lwa_token_url"):
            parts = urlsplit(getattr(self, name))
            if parts.scheme not in ("http", "https") or not parts.hostname:
                raise ValueError(f"{name.upper()}: not an address like {SANDBOX_URL}")
        return self

    @model_validator(mode="after")
    def _check_origins(self) -> Self:
        for name in self.allowed_origins:
            if origin_of(name) != name:
                raise ValueError(f"ALLOWED_ORIGINS: not an origin like https://app.example.com: {name}")
        if self.public_base_url and not origin_of(self.public_base_url):
            raise ValueError("PUBLIC_BASE_URL: not an address like https://api.example.com")
        return self

    @model_validator(mode="after")
    def _check_session_keys(self) -> Self:
        secret, url = self.session_jwt_secret.get_secret_value(), urlsplit(self.session_jwks_url)
        if secret and self.session_jwks_url:
            raise ValueError("SESSION_JWKS_URL: set either it or SESSION_JWT_SECRET, not both")
        if self.deployed and secret and len(secret) < LEAST_SECRET:
            raise ValueError(f"SESSION_JWT_SECRET: shorter than {LEAST_SECRET} characters; make a new one")
        on_this_machine = url.hostname in ("127.0.0.1", "localhost")
        if self.session_jwks_url and not (url.scheme == "https" or (url.scheme == "http" and on_this_machine)):
            raise ValueError("SESSION_JWKS_URL: not an https address")
        return self

    @model_validator(mode="after")
    def _check_marketplaces(self) -> Self:
        unknown = [entry for entry in self.amazon_spapi_marketplace_ids if entry not in MARKETPLACES]
        if unknown:
            raise ValueError(
                f"AMAZON_SPAPI_MARKETPLACE_IDS: unknown marketplace {unknown[0]}; ids look like ATVPDKIKX0DER"
            )
        return self

    @model_validator(mode="after")
    def _check_env_token(self) -> Self:
        if self.amazon_spapi_env_token and self.deployed and not self.is_sandbox:
            raise ValueError(
                "AMAZON_SPAPI_ENV_TOKEN: 1 would give every seller the operator's account in production; set it to 0"
            )
        return self


SECRETS = tuple(name for name, field in Settings.model_fields.items() if field.annotation is SecretStr)


def read_settings(environment: Mapping[str, str] = os.environ, secret: Callable[[str], str] | None = None) -> Settings:
    """The settings from the environment; a variable that is set but empty counts as unset.

    Args:
        secret: gives the secret of an ARN. With it, a secret that is not set itself is read from where `<NAME>_ARN`
            says.

    Raises:
        ConfigurationError: one line with the variable and what it should be.
    """
    values = {name: environment[name.upper()] for name in Settings.model_fields if environment.get(name.upper())}
    if secret is not None:
        arns = {name: environment.get(f"{name.upper()}_ARN") for name in SECRETS if name not in values}
        values |= {name: _read(secret, name, arn) for name, arn in arns.items() if arn}
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        raise ConfigurationError(_one_line(error)) from None


def _read(secret: Callable[[str], str], name: str, arn: str) -> str:
    try:
        return secret(arn)
    except ConfigurationError as error:
        raise ConfigurationError(f"{name.upper()}_ARN: {error}") from error


def _one_line(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    message = first["msg"].removeprefix("Value error, ")
    name = ".".join(str(part) for part in first["loc"]).upper()
    return f"{name}: {message}" if name else message


def _time_of_day(text: str | time) -> time:
    """A time of day in UTC, written 02:00."""
    if isinstance(text, time):
        return text
    if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", text):
        raise ValueError("not a time of day in UTC like 02:00")
    return time.fromisoformat(text)


def origin_of(address: str) -> str:
    """The origin of an http address as browsers write it (scheme, host, port where it is not the default), else ""."""
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return ""
    return f"{parts.scheme}://{parts.netloc.lower()}"


def local_folder(setting: str) -> Path:
    """A setting that names a folder or file of this machine."""
    return Path(setting).expanduser().absolute()
