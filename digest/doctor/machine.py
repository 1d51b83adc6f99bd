"""The machine as the checks see it: versions, disk, time zones. Read once, at the edge."""

import platform
import pyexpat
import re
import shutil
import sqlite3
import ssl
import zoneinfo
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

Version = tuple[int, ...]


def _free(path: Path) -> int:
    return shutil.disk_usage(path).free


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """Versions of what Python brings, and how to ask for the rest."""

    python: Version
    sqlite: Version
    expat: Version
    openssl: Version
    #: the release of the time zone database, e.g. ``2026b``; empty: it does not say
    zones: str
    #: whether a zone can be read
    zone: Callable[[str], bool]
    #: bytes that may still be written where a folder is
    free: Callable[[Path], int] = _free


def this() -> Machine:
    """The one we run on."""
    return Machine(
        python=_numbers(platform.python_version()),
        sqlite=sqlite3.sqlite_version_info,
        expat=pyexpat.version_info,
        openssl=_numbers(ssl.OPENSSL_VERSION.split()[1]),
        zones=_zones(),
        zone=_zone,
    )


def _numbers(text: str) -> Version:
    return tuple(map(int, re.findall(r"\d+", text)[:3]))


def _zone(name: str) -> bool:
    try:
        zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def _zones() -> str:
    """The release that ``zoneinfo`` reads: the system's folder stands before the package."""
    for folder in map(Path, zoneinfo.TZPATH):
        if not folder.is_dir():
            continue
        for file, mark in ((folder / "tzdata.zi", "# version "), (folder / "+VERSION", "")):
            if file.exists():
                with file.open(encoding="utf-8") as opened:
                    return opened.readline().strip().removeprefix(mark)
        return ""
    try:
        return _release(version("tzdata"))
    except PackageNotFoundError:
        return ""


def _release(told: str) -> str:
    """``2026.2`` of the package is 2026b."""
    year, _, number = told.partition(".")
    return f"{year}{chr(ord('a') + int(number) - 1)}" if number.isdigit() else year
