"""What a page says about its story in JSON-LD (schema.org/Article, json-ld.org). Pure.

Plugins write it by hand: broken strings, lists for values, references between the nodes of a
graph. Nothing is trusted to be there or to have its type.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from digest.sources.entries import Picture

Json = Mapping[str, Any]
_MOST_NODES = 2000
_STORY = re.compile(r"\w*(?:Article|BlogPosting|Report)$")
_TOLD = frozenset({"datePublished", "author", "image", "mainEntityOfPage", "articleBody"})
_LISTS = frozenset({"CollectionPage", "SearchResultsPage", "ProfilePage"})
_SHELL = re.compile(r"^\s*(?:<!--|//\s*<!\[CDATA\[|<!\[CDATA\[)|(?:-->|(?://\s*)?\]\]>)\s*;?\s*$")


class LinkedData:
    """All nodes of a page's JSON-LD, and the one that tells of its story."""

    def __init__(self, scripts: Sequence[str]) -> None:
        self._nodes = [node for script in scripts for node in _nodes(_parsed(script))]
        self._by_id = {
            node["@id"]: node
            for node in self._nodes
            if isinstance(node.get("@id"), str) and len(node) > 1
        }

    def story(self) -> Json:
        """The node of the page's story, {} if there is none.

        Pages list other stories too; the page's own is told most fully.
        """
        stories = [node for node in self._nodes if any(map(_STORY.match, _types(node)))]
        named = [node for node in stories if self.text(node, "headline", "name")]
        return max(named, key=lambda node: len(_TOLD & node.keys()), default={})

    def lists(self) -> bool:
        """Whether the page says that it is a list of stories, and tells none itself."""
        return not self.story() and any(_LISTS.intersection(_types(one)) for one in self._nodes)

    def text(self, node: Json, *keys: str) -> str:
        """The first of ``keys`` that is a text, or names something."""
        return next((words for key in keys for words in self.texts(node, key)), "")

    def texts(self, node: Json, key: str) -> list[str]:
        """All texts under ``key``; of things, their names."""
        found = []
        for value in self._values(node, key):
            thing = value if isinstance(value, dict) else {"name": value}
            words = thing.get("name") or thing.get("@value") or thing.get("url")
            if isinstance(words, str) and words.strip():
                found.append(words.strip())
        return found

    def pictures(self, node: Json) -> list[Picture]:
        """The story's images, as addresses or ImageObjects."""
        found = []
        for value in self._values(node, "image"):
            told = value if isinstance(value, dict) else {"url": value}
            url = self.text(told, "url", "contentUrl")
            if url:
                sizes = {side: _pixels(told.get(side)) for side in ("width", "height")}
                found.append(Picture(url=url, **sizes))
        return found[:20]

    def _values(self, node: Json, key: str) -> Iterator[object]:
        """The values under ``key``, with references to other nodes followed."""
        value = node.get(key)
        for one in value[:50] if isinstance(value, list) else [value]:
            name = one.get("@id") if isinstance(one, dict) and len(one) == 1 else None
            yield self._by_id.get(name, one) if isinstance(name, str) else one


def _parsed(script: str) -> object:
    try:
        return json.loads(_SHELL.sub("", script), strict=False)
    except (ValueError, RecursionError):
        return None


def _nodes(data: object) -> Iterator[dict[str, Any]]:
    """Every node with a type, outermost first."""
    waiting = [data]
    for _ in range(_MOST_NODES):
        if not waiting:
            return
        one = waiting.pop(0)
        if isinstance(one, list):
            waiting += one
        elif isinstance(one, dict):
            if "@type" in one:
                yield one
            waiting += [value for value in one.values() if isinstance(value, dict | list)]


def _types(node: Json) -> list[str]:
    value = node.get("@type")
    return [one for one in (value if isinstance(value, list) else [value]) if isinstance(one, str)]


def _pixels(value: object) -> str:
    """``1200``, ``"1200px"`` or a QuantitativeValue."""
    if isinstance(value, dict):
        value = value.get("value")
    return str(value) if isinstance(value, int | str) else ""
