"""``python -m tests.doctor.document`` writes the table of docs/doctor.md, made of the registry."""

from digest.doctor.registry import CHECKS
from tests.parts import REPO

FILE = REPO / "docs" / "doctor.md"
BEGIN, END = "<!-- checks -->\n", "<!-- end of checks -->\n"


def table() -> str:
    """One row a check; findings link to its name."""
    rows = ["| check | all is well when | what to do |", "|---|---|---|"]
    rows += [
        f'| <a id="{name}"></a>`{name}`{" ⇄" if check.network else ""} '
        f"| {check.means} | {check.todo} |"
        for name, check in CHECKS.items()
    ]
    return "\n".join(rows) + "\n"


def written(text: str) -> str:
    """``text`` with the table of now."""
    head, _, rest = text.partition(BEGIN)
    _, _, tail = rest.partition(END)
    return f"{head}{BEGIN}{table()}{END}{tail}"


if __name__ == "__main__":
    FILE.write_text(written(FILE.read_text("utf-8")), "utf-8")
