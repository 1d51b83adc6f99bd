"""The command line: every command with its arguments and options, from the command tree."""

from collections.abc import Iterator
from typing import Any

from digest.cli.tree import tree
from tests.reference.page import code, table


def every(_: str) -> str:
    """One section a command, in alphabetical order."""
    root = tree()
    head = "\n\n".join(["## `digest`", "Before any command:", _parameters(root)])
    return "\n\n".join([head, *(_section(path, one) for path, one in commands(root))])


def commands(group: Any, path: str = "digest") -> Iterator[tuple[str, Any]]:
    """Every command below a group with its full name, in alphabetical order."""
    for name, one in sorted(group.commands.items()):
        full = f"{path} {name}"
        if hasattr(one, "commands"):
            yield from commands(one, full)
        else:
            yield full, one


def _section(path: str, command: Any) -> str:
    given = [one for one in command.params if one.param_type_name == "argument"]
    usage = " ".join([path, *(_usage(one) for one in given)])
    parts = [f"## `{path}`", _prose(command.help), "```text", usage, "```"]
    text = "\n\n".join(parts[:2]) + "\n\n" + "\n".join(parts[2:])
    told = _parameters(command)
    return f"{text}\n\n{told}" if told else text


def _usage(argument: Any) -> str:
    name = _metavar(argument)
    named = f"{name}…" if argument.nargs == -1 or argument.multiple else name
    return named if argument.required else f"[{named}]"


def _parameters(command: Any) -> str:
    rows = [
        (_spelling(one), _prose(one.help) + _default(one))
        for one in command.params
        if not getattr(one, "hidden", False)
    ]
    return table(("", ""), rows) if rows else ""


def _spelling(parameter: Any) -> str:
    if parameter.param_type_name == "argument":
        return code(_metavar(parameter))
    spelled = ", ".join([*parameter.opts, *parameter.secondary_opts])
    told = spelled if parameter.is_flag else f"{spelled} {_metavar(parameter)}"
    return code(told + ("…" if parameter.multiple else ""))


def _metavar(parameter: Any) -> str:
    return str(parameter.metavar or parameter.name.rstrip("_").upper().replace("_", "-"))


def _default(parameter: Any) -> str:
    default = parameter.default
    if parameter.param_type_name == "argument" or callable(default):
        return ""
    if parameter.required:
        return " (needed)"
    return (
        "" if default in (None, False, "", ()) or parameter.multiple else f" (else {code(default)})"
    )


def _prose(text: str | None) -> str:
    return " ".join((text or "").split()).replace("``", "`").replace("|", "\\|")
