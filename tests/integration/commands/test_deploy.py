"""`make deploy`: the database first, and nothing without it."""

from collections.abc import Sequence

import pytest
from psycopg.conninfo import conninfo_to_dict

from clario.errors import ConfigurationError
from devstack.deploy import SAM, database_of, deploy, main, parameters_of
from tests.conftest import Cluster
from tests.contract.stack import allowed_values, template

ENVIRONMENTS = ("dev", "staging", "prod")


def test_the_database_is_migrated_before_the_stack_is_deployed(
    cluster: Cluster, capsys: pytest.CaptureFixture[str]
) -> None:
    address = cluster.create("clario_deployed")
    try:
        said: list[str] = []
        asked: list[str] = []

        def run(command: Sequence[str]) -> int:
            said.append(capsys.readouterr().out)
            assert command == [str(SAM), "deploy", "--config-env", "dev"]
            return 7

        def secret(name: str) -> str:
            asked.append(name)
            return address

        assert deploy("dev", secret=secret, run=run) == 7
        assert deploy("dev", secret=secret, run=run) == 7
    finally:
        cluster.drop("clario_deployed")
    assert said[0].startswith("deploy: 0001_initial.sql")
    assert said[1] == "deploy: no migration is missing\n"
    assert asked == ["clario/dev/DATABASE_URL"] * 2


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("postgresql://clario:hidden@127.0.0.1:1/clario", "DATABASE_URL: cannot connect"),
        ("postgresql://clario:hidden@db.example.com/clario?sslmode=require", "DATABASE_URL: sslmode=require"),
    ],
)
def test_nothing_is_deployed_over_a_database_that_cannot_be_migrated(address: str, reason: str) -> None:
    calls: list[Sequence[str]] = []
    with pytest.raises(ConfigurationError, match=f"^{reason}") as caught:
        deploy("dev", secret=lambda name: address, run=lambda command: calls.append(command) or 0)
    assert calls == []
    assert "hidden" not in str(caught.value)


def test_the_authority_of_the_databases_certificate_is_the_one_the_functions_get() -> None:
    given = {"SecretsPrefix": "clario/dev", "DatabaseCaBundle": "own.pem"}
    found = conninfo_to_dict(database_of(given, lambda name: "postgresql://clario@db.example.com/clario"))
    assert str(found["sslrootcert"]).endswith("/layers/core/certificates/own.pem")
    assert found["sslmode"] == "verify-full"


@pytest.mark.parametrize("arguments", [[], ["nowhere"], ["default"]])
def test_an_environment_that_does_not_exist_is_one_line(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 1
    said = capsys.readouterr().err
    assert said.startswith("deploy: ENV: samconfig.toml has no environment") and "dev, staging, prod" in said
    assert said.count("\n") == 1


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_an_environment_sets_parameters_of_the_template_to_values_they_may_have(environment: str) -> None:
    parameters = parameters_of(environment)
    assert set(parameters) <= set(template()["Parameters"])
    assert parameters["SecretsPrefix"] == f"clario/{environment}"
    for name, value in parameters.items():
        if "AllowedValues" in template()["Parameters"][name]:
            assert value in map(str, allowed_values(name)), name
