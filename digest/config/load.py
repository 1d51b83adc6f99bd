"""Reads the configuration: command line > environment > secret file > file > default."""

import tomllib
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ValidationError, model_validator
from pydantic_core import ErrorDetails
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    InitSettingsSource,
    PydanticBaseSettingsSource,
)
from sqlalchemy.engine import make_url

from digest.config.brand import unreadable
from digest.config.rules import contradictions
from digest.config.settings import EditionSettings, Settings
from digest.errors import ConfigError, ConfigMistake

SECRET_NAMES = ("key", "password", "pepper", "secret")


def load(path: Path, overrides: Mapping[str, str] | None = None) -> Settings:
    """The settings in ``path``; relative paths in it are relative to its folder.

    ``overrides`` come from the command line: dotted keys, values as TOML or bare words.
    Raises ConfigError with every mistake at once.
    """
    told = _nested({key: _value(text) for key, text in (overrides or {}).items()})
    in_file = _read(path)
    folder = path.resolve().parent
    secrets = folder / str(in_file.get("secrets", Settings.model_fields["secrets"].default))
    seen: dict[str, Any] = {}

    class Layered(Settings):
        @classmethod
        def settings_customise_sources(
            cls,
            settings_cls: type[BaseSettings],
            init_settings: PydanticBaseSettingsSource,
            env_settings: PydanticBaseSettingsSource,
            dotenv_settings: PydanticBaseSettingsSource,
            file_secret_settings: PydanticBaseSettingsSource,
        ) -> tuple[PydanticBaseSettingsSource, ...]:
            del init_settings, env_settings, dotenv_settings, file_secret_settings
            return (
                InitSettingsSource(settings_cls, told),
                EnvSettingsSource(settings_cls),
                InitSettingsSource(settings_cls, _nested(_secret_files(secrets))),
                InitSettingsSource(settings_cls, in_file),
            )

        @model_validator(mode="before")
        @classmethod
        def keep_raw(cls, values: dict[str, Any]) -> dict[str, Any]:
            seen.update(values)
            return values

    mistakes: list[ConfigMistake] = []
    settings = None
    try:
        settings = Layered()
    except ValidationError as error:
        mistakes = [_mistake(detail) for detail in error.errors(include_url=False)]
    mistakes += [*contradictions(seen), *unreadable(seen)]
    if settings is None or mistakes:
        raise ConfigError(str(path), mistakes)
    return _placed(settings, folder)


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ConfigError(
            str(path), [ConfigMistake("file", "is missing; `digest init` writes one")]
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(str(path), [ConfigMistake("file", f"is not TOML: {error}")]) from error


def _secret_files(folder: Path) -> dict[str, str]:
    if not folder.is_dir():
        return {}
    return {
        file.name.replace("__", "."): file.read_text(encoding="utf-8").strip()
        for file in sorted(folder.iterdir())
        if file.is_file() and not file.name.startswith(".")
    }


def _value(text: str) -> Any:
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text


def _nested(flat: Mapping[str, Any]) -> dict[str, Any]:
    tree: dict[str, Any] = {}
    for key, value in flat.items():
        *parents, last = key.split(".")
        table = tree
        for parent in parents:
            table = table.setdefault(parent, {})
        table[last] = value
    return tree


def _mistake(detail: ErrorDetails) -> ConfigMistake:
    place, kind = detail["loc"], detail["type"]
    key = _dotted(place)
    if kind == "extra_forbidden":
        return ConfigMistake(key, f"unknown key{_did_you_mean(place)}")
    if kind == "missing":
        return ConfigMistake(key, "is missing")
    problem = detail["msg"].removeprefix("Value error, ")
    if kind in {"literal_error", "enum"}:
        problem = f"must be {detail.get('ctx', {}).get('expected', 'another value')}"
    given = detail.get("input")
    if any(name in key for name in SECRET_NAMES) or isinstance(given, dict | list):
        return ConfigMistake(key, problem)
    return ConfigMistake(key, f"{given!r}: {problem}")


def _dotted(place: tuple[int | str, ...]) -> str:
    key = ""
    for part in place:
        key += f"[{part}]" if isinstance(part, int) else f".{part}"
    return key.lstrip(".")


def _did_you_mean(place: tuple[int | str, ...]) -> str:
    model: type[BaseModel] | None = Settings
    for part in place[:-1]:
        if isinstance(part, str) and model is not None:
            model = _table_of(model, part)
    if model is None:
        return ""
    names = [field.alias or name for name, field in model.model_fields.items()]
    close = get_close_matches(str(place[-1]), names, n=1, cutoff=0.5)
    return f"; did you mean {close[0]!r}?" if close else f"; allowed: {', '.join(sorted(names))}"


def _table_of(model: type[BaseModel], key: str) -> type[BaseModel] | None:
    for name, field in model.model_fields.items():
        if key in {name, field.alias}:
            for kind in (field.annotation, *get_args(field.annotation)):
                if isinstance(kind, type) and issubclass(kind, BaseModel):
                    return kind
    return None


def _placed(settings: Settings, folder: Path) -> Settings:
    """The same settings with every path made absolute."""
    url = make_url(settings.database.url)
    if url.get_backend_name() == "sqlite" and url.database not in {None, "", ":memory:"}:
        url = url.set(database=str(folder / str(url.database)))
    return settings.model_copy(
        update={
            "secrets": folder / settings.secrets,
            "templates": folder / settings.templates if settings.templates else None,
            "database": settings.database.model_copy(
                update={"url": url.render_as_string(hide_password=False)}
            ),
            "sending": settings.sending.model_copy(
                update={"outbox": folder / settings.sending.outbox}
            ),
            "backup": settings.backup.model_copy(
                update={
                    "folder": folder / settings.backup.folder,
                    "journal": folder / settings.backup.journal,
                }
            ),
            "bounces": settings.bounces.model_copy(
                update={"path": folder / settings.bounces.path if settings.bounces.path else None}
            ),
            "editions": tuple(_edition(edition, folder) for edition in settings.editions),
            "sources": tuple(
                source.model_copy(update={"path": folder / source.path}) if source.path else source
                for source in settings.sources
            ),
        }
    )


def _edition(edition: EditionSettings, folder: Path) -> EditionSettings:
    given = edition.holidays
    if given is None or given.file is None:
        return edition
    placed = given.model_copy(update={"file": folder / given.file})
    return edition.model_copy(update={"holidays": placed})
