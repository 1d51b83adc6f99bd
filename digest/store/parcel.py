"""A backup as a file: a zip with an SQLite database and its manifest, whole or not there."""

import hashlib
import os
import zipfile
from pathlib import Path
from tempfile import NamedTemporaryFile

from pydantic import TypeAdapter, ValidationError

from digest.errors import InvalidError
from digest.model.backup import FORMAT, Manifest

DATABASE, MANIFEST = "digest.sqlite3", "manifest.json"
PIECE = 1 << 20
_MANIFEST = TypeAdapter(Manifest)


def write(file: Path, manifest: Manifest, database: Path) -> int:
    """Make ``file``, readable by its owner alone, and flush it; returns its bytes."""
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with NamedTemporaryFile(dir=file.parent, prefix=".backup-", delete=False) as made:
        try:
            with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as parcel:
                parcel.writestr(MANIFEST, _MANIFEST.dump_json(manifest, indent=2))
                parcel.write(database, DATABASE)
            made.flush()
            os.fsync(made.fileno())
            size = os.fstat(made.fileno()).st_size
            Path(made.name).replace(file)
        except BaseException:
            Path(made.name).unlink(missing_ok=True)
            raise
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return size


def manifest(file: Path) -> Manifest:
    """What a backup says of itself. Raises InvalidError for what is none, and OSError."""
    try:
        with zipfile.ZipFile(file) as parcel:
            told = _MANIFEST.validate_json(parcel.read(MANIFEST))
    except (zipfile.BadZipFile, KeyError, ValidationError) as error:
        raise InvalidError(f"{file.name} is no backup, or is damaged") from error
    if told.format > FORMAT:
        raise InvalidError(
            f"{file.name} was made by a later program, {told.program}", hint="install that one"
        )
    return told


def unpack(file: Path, into: Path) -> Manifest:
    """Write the database of a backup to ``into``. Raises InvalidError where it is damaged."""
    told = manifest(file)
    try:
        with zipfile.ZipFile(file) as parcel, parcel.open(DATABASE) as packed:
            into.parent.mkdir(parents=True, exist_ok=True)
            opened = os.open(into, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(opened, "wb") as written:
                while piece := packed.read(PIECE):
                    written.write(piece)
                written.flush()
                os.fsync(written.fileno())
    except (zipfile.BadZipFile, KeyError, EOFError) as error:
        raise InvalidError(f"{file.name} is damaged", hint="take another backup") from error
    if into.stat().st_size != told.bytes or sha256(into) != told.sha256:
        raise InvalidError(
            f"the database in {file.name} is not what its manifest says",
            hint="take another backup",
        )
    return told


def sha256(file: Path) -> str:
    """The SHA-256 of a file, in hex."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
