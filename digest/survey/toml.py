"""Values and lines of a config.toml, from any text a site may hold. Pure; TOML 1.0."""

import re
from collections.abc import Iterable

#: what a basic string and a comment may not hold: controls, DEL, lone surrogates
_UNWRITABLE = re.compile(r"[\x00-\x08\x0a-\x1f\x7f\ud800-\udfff]")
#: where comments behind a value begin
_COLUMN = 40


def quoted(text: str) -> str:
    """``text`` as a basic string. What TOML cannot hold becomes a space."""
    plain = _UNWRITABLE.sub(" ", text).replace("\t", " ")
    return '"' + plain.replace("\\", "\\\\").replace('"', '\\"') + '"'


def listed(texts: Iterable[str]) -> str:
    """An array of strings."""
    return f"[{', '.join(map(quoted, texts))}]"


def pair(key: str, value: str, note: str = "", *, sure: bool = True) -> str:
    """``key = value  # note``; the whole line a comment where it is not ``sure``."""
    line = f"{'' if sure else '# '}{key} = {value}"
    return f"{line.ljust(_COLUMN - 2)}  {remark(note)}" if note else line


def remark(text: str) -> str:
    """One line of comment."""
    return f"# {' '.join(_UNWRITABLE.sub(' ', text).split())}"
