"""What `sam build` made: does it fit Lambda and its Python, and how large is it? `make build` ends with it."""

import io
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console
from rich.table import Table

from devstack.functions import ROOT

BUILT = ROOT / ".aws-sam" / "build"
MB = 1_000_000
# Lambda takes 250 MB of function and layers unzipped. The archives are downloaded at a cold start: ours to keep small.
# https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
MOST_UNZIPPED, MOST_ZIPPED = 250 * MB, 60 * MB
# CPython's list of them: https://github.com/python/cpython/blob/3.13/Include/internal/pycore_magic_number.h
MAGIC_NUMBER = (3571).to_bytes(2, "little") + b"\r\n"
UNCHECKED_HASH = 0b01  # PEP 552
ELF, AARCH64 = b"\x7fELF", 183  # e_machine of https://refspecs.linuxfoundation.org/elf/gabi4+/ch4.eheader.html


def main() -> int:
    console = Console()
    packages = sorted(path for path in BUILT.iterdir() if path.is_dir())
    layers = [path for path in packages if path.name.endswith("Layer")]
    sizes = {path: (unzipped(path), zipped(path)) for path in packages}
    console.print(_table(sizes))
    found = [fault for layer in layers for fault in faults(layer)]
    found += too_large([sizes[layer] for layer in layers])
    for fault in found:
        print(f"build: {fault}", file=sys.stderr)
    return 1 if found else 0


def faults(layer: Path) -> Iterator[str]:
    """What Lambda's Python 3.13 on arm64 could not use of a layer, or only slowly."""
    for path in sorted(layer.rglob("*")):
        name = path.relative_to(layer)
        if path.suffix == ".py" and not _is_compiled(path):
            yield f"{layer.name}: {name} has no unchecked bytecode of Python 3.13"
        elif ".so" in path.suffixes and not _is_for_arm64(path):
            yield f"{layer.name}: {name} is not for arm64"
        elif ".cpython-" in path.name and path.suffix == ".so" and ".cpython-313-" not in path.name:
            yield f"{layer.name}: {name} is not for Python 3.13"


def too_large(sizes: list[tuple[int, int]]) -> Iterator[str]:
    """What the layers, as (unzipped, zipped) in bytes, exceed together."""
    unzipped_total, zipped_total = (sum(column) for column in zip(*sizes, strict=True))
    if unzipped_total > MOST_UNZIPPED:
        yield f"the layers have {unzipped_total / MB:.0f} MB unzipped; Lambda takes {MOST_UNZIPPED / MB:.0f}"
    if zipped_total > MOST_ZIPPED:
        yield f"the layers have {zipped_total / MB:.0f} MB zipped; we allow {MOST_ZIPPED / MB:.0f}"


def unzipped(package: Path) -> int:
    """Bytes of its files."""
    return sum(path.stat().st_size for path in package.rglob("*") if path.is_file())


def zipped(package: Path) -> int:
    """Bytes of the archive that is sent to Lambda."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as target:
        for path in package.rglob("*"):
            target.write(path, path.relative_to(package))
    return archive.tell()


def _is_compiled(source: Path) -> bool:
    compiled = source.parent / "__pycache__" / f"{source.stem}.cpython-313.pyc"
    if not compiled.exists():
        return False
    with compiled.open("rb") as file:
        return file.read(4) == MAGIC_NUMBER and int.from_bytes(file.read(4), "little") == UNCHECKED_HASH


def _is_for_arm64(library: Path) -> bool:
    with library.open("rb") as file:
        header = file.read(20)
    return header[:4] == ELF and int.from_bytes(header[18:20], "little") == AARCH64


def _table(sizes: dict[Path, tuple[int, int]]) -> Table:
    table = Table("package", "MB unzipped", "MB zipped", box=None)
    functions = [size for path, size in sizes.items() if not path.name.endswith("Layer")]
    for path, (plain, packed) in sizes.items():
        if path.name.endswith("Layer"):
            table.add_row(path.name, f"{plain / MB:.1f}", f"{packed / MB:.1f}")
    plain, packed = (max(column) for column in zip(*functions, strict=True))
    table.add_row(f"each of {len(functions)} functions, at most", f"{plain / MB:.3f}", f"{packed / MB:.3f}")
    return table


if __name__ == "__main__":
    sys.exit(main())
