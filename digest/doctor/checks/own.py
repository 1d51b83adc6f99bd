"""What the newsroom itself keeps: config.toml, secrets, templates."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import sqlalchemy as sa

from digest.config.load import SECRET_NAMES
from digest.doctor.finding import Finding, error, note, ok, warning
from digest.doctor.patient import Patient
from digest.errors import ConfigError, TemplateError


def config(patient: Patient) -> Iterator[Finding]:
    """config.toml with everything that stands before it."""
    given = patient.given
    if isinstance(given, ConfigError):
        for mistake in given.mistakes:
            yield error(
                f"{mistake.key}: {mistake.problem}", f"Mend it in {given.where}; see docs/config.md"
            )
        return
    if not given.editions or not given.sources:
        missing = "editions" if not given.editions else "sources"
        yield warning(f"there are no {missing}: nothing can go out", f"Add [[{missing}]]")
    if given.sending.transport == "outbox":
        yield note("mail goes into the outbox: nobody is mailed until sending.transport says how")
    yield ok(f"{len(given.editions)} editions, {len(given.sources)} sources")


def secrets(patient: Patient) -> Iterator[Finding]:
    """Who may read the secrets, the database and a config.toml that holds secrets."""
    settings = patient.settings
    folder, looked = settings.secrets, 0
    if folder.is_dir():
        yield from _open(folder, folder=True)
    for file in sorted(folder.iterdir()) if folder.is_dir() else ():
        if file.is_file():
            looked += 1
            yield from _open(file)
    if patient.file.exists() and _holds_secrets(patient.file):
        yield from _open(patient.file)
    url = sa.make_url(settings.database.url)
    if url.get_backend_name() == "sqlite" and url.database and Path(url.database).exists():
        mode = stat.S_IMODE(Path(url.database).stat().st_mode)
        if mode & stat.S_IRWXO and not _hidden(Path(url.database).parent):
            yield warning(
                f"everybody on this machine may read {url.database}, where readers' addresses are",
                f"chmod o-rwx {url.database}*",
            )
    yield ok(f"{looked} secret files that nobody else can read")


def _open(path: Path, *, folder: bool = False) -> Iterator[Finding]:
    told = path.stat()
    if told.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        mode = "700" if folder else "600"
        yield error(
            f"others on this machine may get at {path} (mode {stat.S_IMODE(told.st_mode):o})",
            f"chmod {mode} {path}; if others were on the machine, make the secret anew",
        )
    if told.st_uid not in {os.geteuid(), 0}:
        yield warning(f"{path} belongs to another user", "chown it to the user who runs digest")


def _hidden(folder: Path) -> bool:
    """Whether others are kept out of the folder itself."""
    return not folder.stat().st_mode & stat.S_IXOTH


def _holds_secrets(file: Path) -> bool:
    """A guess from its lines: a secret's name before a value that is not empty."""
    for line in file.read_text(encoding="utf-8", errors="replace").splitlines():
        name, equals, value = line.strip().partition("=")
        last = name.strip().rpartition(".")[2].strip("\"' ")
        secret = any(last.endswith(one) for one in SECRET_NAMES) and last != "webhook_keys"
        if equals and secret and value.strip().strip("\"'"):
            return True
    return False


def templates(patient: Patient) -> Iterator[Finding]:
    """Each template that an edition or a letter uses, compiled."""
    editions = patient.settings.editions
    names = {one.template for one in editions} | {one.quiet_template for one in editions}
    every = sorted(names | set(patient.letters))
    for name in every:
        try:
            patient.compile(name)
        except TemplateError as problem:
            yield error(f"the template {name} does not compile: {problem}", "See docs/templates.md")
    yield ok(f"{len(every)} templates compile")
