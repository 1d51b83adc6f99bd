"""Files that come with the package: from a checkout, or from the installed wheel."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def _find(name: str) -> Path:
    inside = _PACKAGE / "_bundled" / name
    return inside if inside.exists() else _PACKAGE.parent / name


def templates(kind: str) -> Path:
    """The folder of bundled templates: ``email`` or ``web``."""
    return _find("templates") / kind


def sample_config() -> Path:
    """config.toml of the sample newsroom."""
    return _find("config.toml")


def first_config() -> Path:
    """What ``digest init`` writes."""
    return _PACKAGE / "data" / "first_config.toml"
