"""What a key of config.toml takes, and what counts where it is left out; for ``config.py``."""

from collections.abc import Sequence
from enum import Enum
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from tests.reference.page import code


def default_of(field: FieldInfo) -> str:
    """What counts if it is left out."""
    default = field.get_default(call_default_factory=True, validated_data={})
    if default is PydanticUndefined:
        return "needed"
    if isinstance(default, SecretStr):
        default = default.get_secret_value()
    if isinstance(default, bool):
        return code(str(default).lower())
    if default in (None, "", (), {}):
        return "none"
    return code(_toml(default))


def _toml(value: object) -> str:
    match value:
        case Enum():
            return str(value.value)
        case tuple():
            return f"[{', '.join(_toml(one) for one in value)}]"
        case BaseModel():
            told = (f"{key} = {_toml(one)}" for key, one in value)
            return f"{{ {', '.join(told)} }}"
        case float() if value.is_integer():
            return str(int(value))
    return str(value)


def takes_of(field: FieldInfo) -> str:
    """What may be written: words to choose from, a range, else the kind of value."""
    bounds = {
        name: getattr(one, name)
        for one in field.metadata
        for name in ("ge", "gt", "le", "lt", "max_length")
        if getattr(one, name, None) is not None
    }
    return _spelled(field.metadata) or _kind(field.annotation, bounds)


def _spelled(metadata: Sequence[Any]) -> str:
    """What a value is, by the function of ``digest.config.values`` that looks at it."""
    names = [getattr(getattr(one, "func", None), "__name__", "") for one in metadata]
    return next((SPELLED[name] for name in names if name in SPELLED), "")


SPELLED = {
    "_slug": "a slug",
    "_zone": "an IANA zone",
    "_time": "HH:MM",
    "_http": "a URL",
    "_address": "an address",
    "_bounce_address": "an address",
    "_leave_address": "an address",
    "_mailbox": "a mailbox",
    "_host": "a host",
    "_fonts": "families",
}


def _kind(annotation: Any, bounds: dict[str, Any]) -> str:
    if hasattr(annotation, "__metadata__"):
        return _spelled(annotation.__metadata__) or _kind(annotation.__origin__, bounds)
    if get_origin(annotation) is not None:
        return _of_several(get_origin(annotation), get_args(annotation), bounds)
    if issubclass(annotation, Enum):
        return ", ".join(code(one.value) for one in annotation)
    if issubclass(annotation, BaseModel):
        return "a table"
    if annotation in (int, float):
        return _range("a number" if annotation is float else "a whole number", bounds)
    return KINDS.get(annotation.__name__, "text")


def _of_several(origin: Any, inner: tuple[Any, ...], bounds: dict[str, Any]) -> str:
    if origin is Literal:
        return ", ".join(code(one) if one else '`""`' for one in inner)
    if origin is dict:
        return "a table"
    if origin is tuple:
        kind = _kind(inner[0], {})
        return "a list" if kind == "text" else f"a list: {kind}"
    kinds = [_kind(one, bounds) for one in inner if one is not type(None)]
    return ", ".join(dict.fromkeys(kinds))


KINDS = {
    "bool": "true, false",
    "SecretStr": "a secret",
    "Path": "a path",
    "date": "a day",
    "IPv4Network": "a network",
    "IPv6Network": "a network",
}


def _range(kind: str, bounds: dict[str, Any]) -> str:
    low, high = bounds.get("ge"), bounds.get("le")
    if low is not None and high is not None:
        return f"{low} to {high}"
    if low is not None:
        return f"{kind} from {low}"
    if "gt" in bounds:
        above = f"above {bounds['gt']}"
        return f"{above}, to {high}" if high is not None else f"{kind} {above}"
    return kind
