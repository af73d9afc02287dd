"""A deployed function talks to Postgres only when the server's certificate proves who answers."""

import socket
import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import psycopg
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from clario.bootstrap import Container
from clario.config import read_settings
from clario.db.connection import verified
from clario.errors import ConfigurationError

SSL_REQUEST = b"\x00\x00\x00\x08\x04\xd2\x16\x2f"


class Server:
    """Speaks Postgres up to the first message inside TLS, which it keeps; its name is db.example.com."""

    def __init__(self, folder: Path) -> None:
        self.heard = b""
        self.ca_bundle = str(folder / "ca.pem")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.ca_bundle, _own_certificate(folder))
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, args=[context])
        self._thread.start()

    def _serve(self, context: ssl.SSLContext) -> None:
        connection, _ = self._listening.accept()
        with connection:
            assert connection.recv(8) == SSL_REQUEST
            connection.sendall(b"S")
            try:
                with context.wrap_socket(connection, server_side=True) as inside:
                    self.heard = inside.recv(1000)
            except (ssl.SSLError, OSError):
                return

    def close(self) -> None:
        self._thread.join(10)
        self._listening.close()


def _own_certificate(folder: Path) -> str:
    """Writes ca.pem, a certificate signed by itself, and answers the file of its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "db.example.com")])
    now = datetime.now(UTC)
    names = [x509.DNSName("db.example.com"), x509.IPAddress(ip_address("192.0.2.1"))]
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / "ca.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "key.pem").write_bytes(private)
    return str(folder / "key.pem")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    running = Server(tmp_path)
    yield running
    running.close()


def address(server: Server, name: str = "db.example.com") -> str:
    return f"postgresql://clario:hidden@{name}:{server.port}/clario?hostaddr=127.0.0.1&connect_timeout=5"


def test_a_server_with_the_right_authority_and_name_is_talked_to(server: Server) -> None:
    with pytest.raises(psycopg.OperationalError):  # it hangs up once it has heard who we are
        psycopg.connect(verified(address(server), server.ca_bundle))
    assert b"user\x00clario\x00" in server.heard


def test_a_server_of_an_unknown_authority_is_told_nothing(server: Server) -> None:
    with pytest.raises(psycopg.OperationalError, match="certificate verify failed"):
        psycopg.connect(verified(address(server)))
    assert server.heard == b""


def test_a_server_of_another_name_is_told_nothing(server: Server) -> None:
    with pytest.raises(psycopg.OperationalError, match="does not match host name"):
        psycopg.connect(verified(address(server, "other.example.com"), server.ca_bundle))
    assert server.heard == b""


@pytest.mark.parametrize("mode", ["disable", "allow", "prefer", "require", "verify-ca"])
def test_an_address_that_asks_for_less_is_refused(mode: str) -> None:
    with pytest.raises(ConfigurationError, match=rf"^DATABASE_URL: sslmode={mode} would trust") as caught:
        verified(f"postgresql://clario:hidden@db.example.com/clario?sslmode={mode}")
    assert "hidden" not in str(caught.value)


def test_what_is_no_address_is_refused_without_repeating_it() -> None:
    with pytest.raises(ConfigurationError, match=r"^DATABASE_URL: not an address") as caught:
        verified("postgresql:/hidden@")
    assert "hidden" not in str(caught.value)


@pytest.mark.parametrize("dsn", ["host=/run/postgresql dbname=clario", "postgresql://127.0.0.1:5432/clario"])
def test_an_address_of_this_machine_stays_as_it_is(dsn: str) -> None:
    assert verified(dsn) == dsn


def test_a_deployed_function_takes_no_unverified_address() -> None:
    weak = {"DATABASE_URL": "postgresql://clario:hidden@db.example.com/clario?sslmode=require"}
    with pytest.raises(ConfigurationError, match=r"^DATABASE_URL: sslmode=require"):
        _ = Container(read_settings({**weak, "AWS_LAMBDA_FUNCTION_NAME": "plan"})).database
    assert Container(read_settings(weak)).database is not None
