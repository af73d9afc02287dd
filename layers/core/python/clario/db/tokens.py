"""Amazon's tokens, encrypted, in Postgres: the `AccessTokens` port for one connection."""

from clario.db.connection import PostgresDatabase
from clario.errors import FatalError
from clario.services.ports import AccessToken, TokenCipher


class PostgresAccessTokens:
    """The access token that all workers of a connection share."""

    def __init__(self, database: PostgresDatabase, cipher: TokenCipher, seller_id: str, connection_id: int) -> None:
        self._database = database
        self._cipher = cipher
        self._seller_id = seller_id
        self._connection_id = connection_id

    def load(self) -> AccessToken | None:
        with self._database.statements(self._seller_id) as run:
            row = run.row_or_none("load_token", connection_id=self._connection_id)
        if row is None or row["access_token"] is None:
            return None
        try:
            value = self._cipher.decrypt(row["access_token"], self._seller_id)
        except FatalError:
            # Sealed under another key: it lives an hour at most, a new one is asked for.
            return None
        return AccessToken(value, row["access_token_expires_at"])

    def lease(self, seconds: float) -> bool:
        with self._database.statements(self._seller_id) as run:
            return bool(run.write("lease_token", connection_id=self._connection_id, seconds=seconds))

    def save(self, token: AccessToken) -> None:
        sealed = self._cipher.encrypt(token.value, self._seller_id)
        with self._database.statements(self._seller_id) as run:
            run.write("save_token", connection_id=self._connection_id, sealed=sealed, expires_at=token.expires_at)


def refresh_token(database: PostgresDatabase, cipher: TokenCipher, seller_id: str, connection_id: int) -> str | None:
    """The connection's own refresh token; None where it has none (the environment's is used then)."""
    with database.statements(seller_id) as run:
        row = run.row_or_none("refresh_token", connection_id=connection_id)
    return None if row is None or row["refresh_token"] is None else cipher.decrypt(row["refresh_token"], seller_id)
