"""What could not run on Lambda's Python and processor, or only slowly, is found in a built layer."""

import importlib.util
import sys
from pathlib import Path

import pytest

from devstack.packages import MAGIC_NUMBER, MB, faults, too_large, unzipped, zipped

ARM, INTEL = 183, 62
COMPILED = MAGIC_NUMBER + b"\1\0\0\0"


def library(machine: int) -> bytes:
    return b"\x7fELF" + bytes(14) + machine.to_bytes(2, "little")


def layer(tmp_path: Path, **changed: bytes | None) -> Path:
    files = {
        "python/good.py": b"",
        "python/__pycache__/good.cpython-313.pyc": COMPILED,
        "python/fast.cpython-313-aarch64-linux-gnu.so": library(ARM),
        "python/any.abi3.so": library(ARM),
        "python/some.libs/libpq.so.5.18": library(ARM),
        "certificates/README.md": b"",
        **changed,
    }
    folder = tmp_path / "CoreLayer"
    for name, content in files.items():
        if content is not None:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(content)
    return folder


def test_a_layer_for_lambda_has_no_fault(tmp_path: Path) -> None:
    assert list(faults(layer(tmp_path))) == []


@pytest.mark.parametrize(
    "compiled",
    [
        None,
        (3627).to_bytes(2, "little") + b"\r\n\1\0\0\0",  # Python 3.14's number
        MAGIC_NUMBER + b"\3\0\0\0",  # the source would be read and hashed at each import
        MAGIC_NUMBER + b"\0\0\0\0",  # goes by the source's time, which the archive does not keep
    ],
)
def test_a_module_without_bytecode_that_lambda_takes_is_found(tmp_path: Path, compiled: bytes | None) -> None:
    found = list(faults(layer(tmp_path, **{"python/__pycache__/good.cpython-313.pyc": compiled})))
    assert found == ["CoreLayer: python/good.py has no unchecked bytecode of Python 3.13"]


@pytest.mark.parametrize("name", ["python/fast.cpython-313-aarch64-linux-gnu.so", "python/some.libs/libpq.so.5.18"])
def test_a_library_for_another_processor_is_found(tmp_path: Path, name: str) -> None:
    assert list(faults(layer(tmp_path, **{name: library(INTEL)}))) == [f"CoreLayer: {name} is not for arm64"]


def test_a_library_for_another_python_is_found(tmp_path: Path) -> None:
    name = "python/other.cpython-311-aarch64-linux-gnu.so"
    assert list(faults(layer(tmp_path, **{name: library(ARM)}))) == [f"CoreLayer: {name} is not for Python 3.13"]


def test_layers_that_are_too_large_are_found() -> None:
    assert list(too_large([(100 * MB, 20 * MB), (100 * MB, 30 * MB)])) == []
    assert len(list(too_large([(200 * MB, 20 * MB), (100 * MB, 50 * MB)]))) == 2


def test_sizes_are_of_all_files(tmp_path: Path) -> None:
    folder = layer(tmp_path, **{"python/zeros": bytes(100_000)})
    assert unzipped(folder) > 100_000 > zipped(folder)


def test_the_magic_number_is_the_one_of_python_313_and_of_no_other() -> None:
    assert (importlib.util.MAGIC_NUMBER == MAGIC_NUMBER) == (sys.version_info[:2] == (3, 13))
