"""Examples of config.toml in the documentation are TOML, and know only keys that there are."""

import re
import tomllib
from collections.abc import Iterator
from typing import Any, get_args, get_origin

import pytest
from pydantic import BaseModel

from digest.config.settings import Settings
from tests.manual.blocks import blocks
from tests.parts import REPO

PAGES = {page.name: page.read_text("utf-8") for page in sorted((REPO / "docs").glob("*.md"))}
EXAMPLES = [
    pytest.param(body, id=f"{name}:{line}")
    for name, text in PAGES.items()
    for line, body in (
        *((one.line, one.body) for one in blocks(text) if one.language == "toml"),
        *(
            (one.line, here)
            for one in blocks(text)
            for here in re.findall(
                r"config\.toml <<'END'\n(.*?)^END$", one.body, re.MULTILINE | re.DOTALL
            )
        ),
    )
]


def unknown(given: dict[str, Any], cls: type[BaseModel], path: str = "") -> Iterator[str]:
    """Keys that no table has."""
    fields = {field.alias or name: field for name, field in cls.model_fields.items()}
    for key, value in given.items():
        here = f"{path}.{key}".lstrip(".")
        if key not in fields:
            yield here
            continue
        annotation = fields[key].annotation
        models = list(_models(annotation))
        if not models or models[0].__name__ == "Filter":
            continue
        below = value.values() if get_origin(annotation) is dict else value
        for one in below if isinstance(below, list) or get_origin(annotation) is dict else [value]:
            yield from unknown(one, models[0], here)


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for one in get_args(annotation):
        yield from _models(one)


@pytest.mark.parametrize("body", EXAMPLES)
def test_an_example_knows_only_keys_that_there_are(body: str) -> None:
    assert list(unknown(tomllib.loads(body), Settings)) == []


def test_an_unknown_key_is_found() -> None:
    wrong = "[web]\nprot = 1\n[[editions]]\nslug = 'a'\n[[editions.sections]]\ntkae = 'latest'\n"
    assert list(unknown(tomllib.loads(wrong), Settings)) == ["web.prot", "editions.sections.tkae"]
