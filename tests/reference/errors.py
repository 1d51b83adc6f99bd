"""Exit codes, and every error: what it means, how a command then ends, what to do."""

import inspect
from types import ModuleType

import digest.errors
import subscribers.errors
from digest.errors import ConfigError, DigestError, ExitCode
from tests.reference.comments import comments, summary
from tests.reference.page import UNWRITTEN, by_hand, code, table


def exit_codes(body: str) -> str:
    """Code, name and meaning of each way a command may end."""
    told, hand = {"DONE": "done", **comments(ExitCode)}, by_hand(body)
    return table(
        ("code", "means", "what to do"),
        [(str(int(one)), told[one.name], hand.get(str(int(one)), UNWRITTEN)) for one in ExitCode],
    )


def of_the_line(body: str) -> str:
    """The errors of ``digest``."""
    return _errors(digest.errors, (DigestError, ConfigError), body)


def of_subscribers(body: str) -> str:
    """The errors of ``subscribers``; a command ends with 1 on all of them."""
    return _errors(subscribers.errors, (subscribers.errors.SubscribersError,), body)


def _errors(module: ModuleType, roots: tuple[type[Exception], ...], body: str) -> str:
    found = [
        one
        for one in vars(module).values()
        if inspect.isclass(one) and issubclass(one, roots) and one.__module__ == module.__name__
    ]
    hand = by_hand(body)
    rows = []
    for one in found:
        ends = getattr(one, "exit_code", ExitCode.ERROR)
        name = code(one.__name__)
        rows.append((name, summary(one), str(int(ends)), hand.get(name, UNWRITTEN)))
    return table(("error", "says", "ends with", "what to do"), rows)
