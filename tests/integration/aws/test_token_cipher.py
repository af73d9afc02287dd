"""Sealed tokens, under a key file and under a key of KMS: opened by their owner only."""

from pathlib import Path
from typing import Any

import pytest

from clario.aws.clients import client
from clario.aws.token_cipher import KmsCipher
from clario.errors import ConfigurationError, FatalError, RetryableError
from clario.files.token_cipher import KeyFileCipher
from clario.services.ports import TokenCipher
from tests.integration.aws.wire import refusing

TOKEN = "Atzr|IwEBIA"
CLOSED = "cannot be opened with TOKEN_KEY; connect Amazon again"


def new_key() -> str:
    arn: str = client("kms").create_key()["KeyMetadata"]["Arn"]
    return arn


@pytest.fixture
def kms(aws: None) -> KmsCipher:
    return KmsCipher(new_key())


@pytest.fixture(params=["a key file", "KMS"])
def cipher(request: pytest.FixtureRequest, tmp_path: Path) -> TokenCipher:
    if request.param == "KMS":
        return request.getfixturevalue("kms")
    return KeyFileCipher(tmp_path / "key")


def test_its_owner_opens_a_sealed_token(cipher: TokenCipher) -> None:
    sealed = cipher.encrypt(TOKEN, "anna")
    assert TOKEN.encode() not in sealed
    assert cipher.decrypt(sealed, "anna") == TOKEN


def test_postgres_gives_bytes_as_a_memoryview(cipher: TokenCipher) -> None:
    assert cipher.decrypt(memoryview(cipher.encrypt(TOKEN, "anna")), "anna") == TOKEN  # type: ignore[arg-type]


def test_sealed_twice_it_looks_different(cipher: TokenCipher) -> None:
    assert cipher.encrypt(TOKEN, "anna") != cipher.encrypt(TOKEN, "anna")


def test_another_owner_does_not_open_it(cipher: TokenCipher) -> None:
    sealed = cipher.encrypt(TOKEN, "anna")
    assert cipher.decrypt(sealed, "anna") == TOKEN
    with pytest.raises(FatalError, match=CLOSED):
        cipher.decrypt(sealed, "bert")


def test_a_token_changed_in_any_byte_or_cut_anywhere_is_not_opened(cipher: TokenCipher) -> None:
    sealed = cipher.encrypt(TOKEN, "anna")
    for place in range(len(sealed)):
        changed = sealed[:place] + bytes([sealed[place] ^ 1]) + sealed[place + 1 :]
        for damaged in (changed, sealed[:place]):
            # moto looks for the key by the first bytes of the data key, and says AccessDenied of one it does not find.
            with pytest.raises((FatalError, ConfigurationError)):
                cipher.decrypt(damaged, "anna")


def test_what_a_key_file_sealed_kms_does_not_open(kms: KmsCipher, tmp_path: Path) -> None:
    with pytest.raises(FatalError, match=CLOSED):
        kms.decrypt(KeyFileCipher(tmp_path / "key").encrypt(TOKEN, "anna"), "anna")


def test_a_token_sealed_under_another_key_is_not_opened(kms: KmsCipher) -> None:
    sealed = KmsCipher(new_key()).encrypt(TOKEN, "anna")
    # moto knows no IncorrectKeyException, which is how AWS answers.
    with refusing("kms", "IncorrectKeyException"), pytest.raises(FatalError, match=CLOSED):
        kms.decrypt(sealed, "anna")


def test_a_key_is_named_by_id_or_alias_as_well(kms: KmsCipher, aws: None) -> None:
    arn = new_key()
    client("kms").create_alias(AliasName="alias/clario", TargetKeyId=arn)
    sealed = KmsCipher("alias/clario").encrypt(TOKEN, "anna")
    assert KmsCipher(arn.rpartition("/")[2]).decrypt(sealed, "anna") == TOKEN


def test_kms_opens_the_same_data_key_once(kms: KmsCipher) -> None:
    first, second = kms.encrypt(TOKEN, "anna"), kms.encrypt(TOKEN, "anna")
    asked = counted("Decrypt")
    for _ in range(3):
        kms.decrypt(first, "anna")
        kms.decrypt(second, "anna")
    assert len(asked) == 2


def counted(operation: str) -> list[Any]:
    sent: list[Any] = []
    client("kms").meta.events.register(f"before-send.kms.{operation}", lambda request, **_: sent.append(request))
    return sent


def test_a_key_that_is_gone_is_no_reason_to_connect_again(aws: None) -> None:
    gone = "arn:aws:kms:us-east-1:123456789012:key/00000000-0000-0000-0000-000000000000"
    with pytest.raises(FatalError, match=f"^TOKEN_KEY {gone}: GenerateDataKey answered NotFoundException$"):
        KmsCipher(gone).encrypt(TOKEN, "anna")


def test_a_key_that_may_not_be_used_is_a_matter_of_the_policy(kms: KmsCipher) -> None:
    sealed = kms.encrypt(TOKEN, "anna")
    with refusing("kms", "AccessDeniedException"), pytest.raises(ConfigurationError, match="AccessDenied") as caught:
        kms.decrypt(sealed, "anna")
    assert "hush" not in str(caught.value)


@pytest.mark.parametrize(
    ("code", "status"), [("ThrottlingException", 400), ("KeyUnavailableException", 500), ("TooManyRequests", 429)]
)
def test_a_busy_kms_is_asked_again_later(code: str, status: int, aws: None, once: None) -> None:
    with refusing("kms", code, status), pytest.raises(RetryableError, match=code):
        KmsCipher("alias/clario").encrypt(TOKEN, "anna")
