"""The blocks of commands of a page, as their fences describe them."""

import re
from dataclasses import dataclass

_FENCE = re.compile(
    r"^(?P<indent> *)```(?P<info>[^\n`]*)\n(?P<body>.*?)^(?P=indent)```[ ]*$",
    re.MULTILINE | re.DOTALL,
)
_EXIT = re.compile(r"exit=(\d+)")
_REASON = re.compile(r'not-run="([^"]+)"')
_COMMAND = re.compile(
    r"^(?:\$ )?(?:digest|make|pip|pipx|uv|curl|docker|python3?|sudo|systemctl|createdb|psql)\s",
    re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class Block:
    """What stands in a fence. ``line`` is that of the fence."""

    line: int
    language: str
    body: str
    exit_code: int = 0
    #: why nobody runs it; empty: it is run
    reason: str = ""

    @property
    def commands(self) -> bool:
        """Whether a reader would type it."""
        return bool(_COMMAND.search(self.body))


def blocks(text: str) -> list[Block]:
    """All fenced blocks of a page, in order."""
    found = []
    for fence in _FENCE.finditer(text):
        info = fence["info"].strip()
        ends, reason = _EXIT.search(info), _REASON.search(info)
        found.append(
            Block(
                line=text.count("\n", 0, fence.start()) + 1,
                language=info.partition(" ")[0],
                body=re.sub(rf"^{fence['indent']}", "", fence["body"], flags=re.MULTILINE),
                exit_code=int(ends[1]) if ends else 0,
                reason=reason[1] if reason else "",
            )
        )
    return found


def indented(text: str) -> list[str]:
    """Commands that stand in no fence but in an indented block: nothing can be said of them."""
    lines = _FENCE.sub("", text).splitlines()
    return [line for line in lines if re.match(r"^(?: {4}|\t)(?:digest|make|curl|pip) ", line)]
