"""The CSV files of an export: a file, a folder, a zip, or zips within either."""

import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from subscribers.errors import UnreadableFileError

#: files in one export; an account has some dozen audiences, not thousands
MOST_FILES = 10_000
#: zips within zips
DEEPEST = 2


def files(path: Path, beginnings: tuple[str, ...] = ()) -> Iterator[tuple[str, BinaryIO]]:
    """Name and stream of each CSV whose name begins as told, by name; each open but for its turn.

    A single CSV is taken whatever it is called. Raises UnreadableFileError and OSError.
    """
    if path.is_file() and not zipfile.is_zipfile(path):
        with path.open("rb") as single:
            yield path.name, single
        return
    if not path.exists():
        raise UnreadableFileError(f"there is no {path}")
    number = 0
    for name, stream in _all(path):
        if name.casefold().endswith(".csv") and name.casefold().startswith(beginnings or ("",)):
            number += 1
            yield name, stream
        if number > MOST_FILES:
            raise UnreadableFileError(f"more than {MOST_FILES} files")
    if not number:
        told = " or ".join(f"{one}….csv" for one in beginnings) or "….csv"
        raise UnreadableFileError(f"{path.name} holds no file {told}")


def _all(path: Path) -> Iterator[tuple[str, BinaryIO]]:
    for one in [path] if path.is_file() else sorted(path.rglob("*")):
        if one.is_file():
            with one.open("rb") as stream:
                if one == path or one.suffix.casefold() == ".zip":
                    yield from _zipped(stream, DEEPEST)
                else:
                    yield one.name, stream


def _zipped(stream: BinaryIO, depth: int) -> Iterator[tuple[str, BinaryIO]]:
    try:
        with zipfile.ZipFile(stream) as archive:
            for info in sorted(archive.infolist(), key=lambda info: info.filename):
                name = info.filename.rsplit("/", 1)[-1]
                if info.is_dir():
                    continue
                with archive.open(info) as inner:
                    if not name.casefold().endswith(".zip"):
                        yield name, inner  # type: ignore[misc]  # IO[bytes] is what it reads as
                    elif depth:
                        yield from _zipped(inner, depth - 1)  # type: ignore[arg-type]  # same
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError) as error:
        raise UnreadableFileError(f"the zip cannot be read: {type(error).__name__}") from error
