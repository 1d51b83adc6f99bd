"""Reads one web page, in a process of its own with a bound on time and memory; see page.py.

Asked by one line of JSON on stdin with the page after it; answers lines of JSON, each fuller than
the one before: should it be stopped half-way, what was found by then counts.
"""

import json
import os
import re
import resource
import sys
from contextlib import suppress
from dataclasses import replace
from typing import BinaryIO

from digest.errors import SourceError
from digest.sources import boxes, cards, story_page
from digest.sources.entries import Entry, ParsedFeed, dump
from digest.sources.page_links import story_links
from digest.sources.page_tree import Tree
from digest.sources.repair import decode

CPU_SECONDS = 5
MEMORY_BYTES = 768 * 1024 * 1024
_META_CHARSET = re.compile(
    rb"<meta\b[^<>]{0,300}?charset\s*=\s*[\"']?\s*([\w.:-]{1,40})", re.IGNORECASE
)


def main() -> None:
    """Answer the one question on stdin."""
    for limit, bound in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_AS, MEMORY_BYTES),
    ):
        with suppress(ValueError, OSError):  # macOS knows no RLIMIT_AS
            resource.setrlimit(limit, (bound, resource.getrlimit(limit)[1]))
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a parser prints must not stand between the answers
    asked = json.loads(sys.stdin.buffer.readline())
    body = sys.stdin.buffer.read()
    try:
        _answer(answers, asked, _html(body, asked["charset"]))
    except SourceError as error:
        _write(answers, {"problem": error.message, "hint": error.hint})


def _answer(answers: BinaryIO, asked: dict[str, str], html: str) -> None:
    tree = Tree(html)
    if asked["task"] == "box":
        stories = story_links(tree, asked["url"])
        heading, box = boxes.links(tree, asked["heading"], stories)
        _tell(answers, cards.entries(tree, box, heading))
        return
    entry = story_page.entry(tree, asked["url"])
    _tell(answers, (entry,))
    _tell(answers, (replace(entry, content=story_page.text(tree, html)),))


def _tell(answers: BinaryIO, entries: tuple[Entry, ...]) -> None:
    _write(answers, {"feed": dump(ParsedFeed(version="page", entries=entries))})


def _write(answers: BinaryIO, reply: dict[str, object]) -> None:
    answers.write(json.dumps(reply).encode("ascii") + b"\n")
    answers.flush()


def _html(body: bytes, charset: str) -> str:
    """The page as text: mark, the server's word, its own (HTML §13.2.3.2), else by its bytes."""
    own = _META_CHARSET.search(body[:4096])
    return decode(body, charset or (own.group(1).decode("ascii") if own else ""))


if __name__ == "__main__":
    main()
