"""The shared access token: encrypted at rest, bound to its seller, refreshed by one worker at a time."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from clario.db.connection import PostgresDatabase
from clario.db.tokens import PostgresAccessTokens
from clario.errors import ConfigurationError, FatalError
from clario.files.token_cipher import KeyFileCipher
from clario.services.ports import AccessToken

TOKEN = AccessToken("Atza|very-secret", datetime.now(UTC) + timedelta(hours=1))


@pytest.fixture
def tokens(database: PostgresDatabase, connection_id: int, tmp_path: Path) -> PostgresAccessTokens:
    return PostgresAccessTokens(database, KeyFileCipher(tmp_path / "key"), "anna", connection_id)


def test_a_kept_token_is_read_back(tokens: PostgresAccessTokens) -> None:
    assert tokens.load() is None
    tokens.save(TOKEN)
    assert tokens.load() == TOKEN


def test_the_database_never_holds_the_token_itself(tokens, database: PostgresDatabase) -> None:
    tokens.save(TOKEN)
    with database.statements("anna") as run:
        row = run.connection.execute("SELECT access_token FROM tokens").fetchone()
    assert row is not None
    assert b"very-secret" not in row["access_token"]


def test_one_worker_gets_the_lease_until_the_token_is_saved(tokens: PostgresAccessTokens) -> None:
    assert tokens.lease(20)
    assert not tokens.lease(20)
    tokens.save(TOKEN)
    assert tokens.lease(20)


def test_a_token_sealed_under_another_key_counts_as_none(tokens, database, connection_id: int, tmp_path: Path) -> None:
    tokens.save(TOKEN)
    other = PostgresAccessTokens(database, KeyFileCipher(tmp_path / "other"), "anna", connection_id)
    assert other.load() is None


def test_another_sellers_ciphertext_cannot_be_opened(tmp_path: Path) -> None:
    cipher = KeyFileCipher(tmp_path / "key")
    sealed = cipher.encrypt("secret", "anna")
    assert cipher.decrypt(sealed, "anna") == "secret"
    with pytest.raises(FatalError, match="connect Amazon again"):
        cipher.decrypt(sealed, "bert")


def test_the_key_file_is_the_owners_alone(tmp_path: Path) -> None:
    KeyFileCipher(tmp_path / "deep" / "key")
    assert (tmp_path / "deep" / "key").stat().st_mode & 0o777 == 0o600


def test_a_file_that_is_no_key_is_refused(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("short")
    with pytest.raises(ConfigurationError, match="TOKEN_KEY"):
        KeyFileCipher(tmp_path / "key")
