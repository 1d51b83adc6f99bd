"""What the code says of its own names: the ``#:`` comments above them."""

import ast
import inspect
import textwrap


def comments(cls: type) -> dict[str, str]:
    """Name → its comment, of the members and fields that a class itself declares."""
    source = textwrap.dedent(inspect.getsource(cls))
    lines = source.splitlines()
    (body,) = (one.body for one in ast.parse(source).body if isinstance(one, ast.ClassDef))
    told = {}
    for one in body:
        name = _name(one)
        above = one.lineno - 2
        said: list[str] = []
        while name and above >= 0 and (line := lines[above].strip()).startswith("#:"):
            said.insert(0, line.removeprefix("#:").strip())
            above -= 1
        if said and name:
            told[name] = " ".join(said).replace("``", "`")
    return told


def _name(statement: ast.stmt) -> str:
    match statement:
        case ast.AnnAssign(target=ast.Name(id=name)) | ast.Assign(targets=[ast.Name(id=name)]):
            return name
    return ""


def summary(thing: object) -> str:
    """The first paragraph of its docstring, on one line."""
    first, _, _ = (inspect.getdoc(thing) or "").partition("\n\n")
    return " ".join(first.split()).replace("``", "`")
