"""The line stands still on a database that may be a copy, and says so once."""

from digest.errors import StrangerError
from digest.steps.parts import Parts
from digest.steps.tell import Word, tell


def stands_still(parts: Parts) -> bool:
    """Whether nothing may go from here; told once for each reason and state of the database."""
    if parts.installation is None or not (why := parts.installation.why_not()):
        return False
    known = parts.installation.known()
    word = Word(
        kind="database_refused",
        key=f"{why}\n{known.id if known else ''}\n{known.mark if known else ''}",
        subject="this database may be a copy, and sends nothing",
        paragraphs=(
            f"This database may not send from here: {why}.",
            "Nothing goes to a reader until somebody says that it may: digest adopt.",
            "Look first at what went from elsewhere. Issues that are due are then paused, "
            "for they may have gone already.",
        ),
    )
    tell(parts, word)
    return True


def guard(parts: Parts) -> None:
    """Raise StrangerError, once it is told, where nothing may go from here."""
    try:
        parts.guard()
    except StrangerError:
        stands_still(parts)
        raise
