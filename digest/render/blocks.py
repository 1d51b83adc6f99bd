"""One part's template, rendered whole or in named blocks.

A template that can be rendered in pieces keeps its stories in a block of this shape:

    {% block stories %}{% for section in sections %}
      {% block section_title scoped %}…{% endblock %}
      {% for place in section.places %}{% block card scoped %}…{% endblock %}{% endfor %}
    {% endfor %}{% endblock %}

An index is rendered entry by entry where it has this shape:

    {% block index %}{% for one in index %}{% block index_entry scoped %}…{% endblock %}{% endfor %}
    {% endblock %}

Any other block is rendered for each variant; what stands outside of blocks once for all of them.
"""

import traceback
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from secrets import token_hex
from typing import Any

from jinja2 import Environment, Template, TemplateSyntaxError, nodes

from digest.render.compile import Compiled
from digest.render.mistakes import BadTemplateError, Mistake

STORIES, SECTION_TITLE, CARD = "stories", "section_title", "card"
INDEX, INDEX_ENTRY = "index", "index_entry"
#: the names that depend on the variant
VARYING = frozenset({"subject", "preheader", "index", "sections"})
#: the block that stands for a whole template without ``stories``
WHOLE = ""

_SHAPE = (
    "block 'stories' may hold one loop over sections; it in turn block 'section_title' and "
    "{% for place in section.places %} around block 'card'; all else belongs into these two"
)


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of the frame: literal text, or the name of a block that stands there."""

    text: str = ""
    block: str | None = None


class PartTemplate:
    """The template of one part, ready to render. Raises BadTemplateError for blocks out of shape.

    ``name`` is the template's file.
    """

    def __init__(self, name: str, compiled: Compiled, environment: Environment) -> None:
        self._name = name
        self._compiled = compiled
        self._environment = environment
        try:
            self._template: Template = environment.from_string(compiled.text)
        except TemplateSyntaxError as error:  # a filter that there is not, a block told twice
            place = compiled.at(error.lineno)
            raise self._bad(Mistake(*place, f"Jinja2: {error.message}")) from error
        tree = environment.parse(compiled.text)
        #: block → which of VARYING it names
        self.uses = _uses(tree)
        #: whether its stories can be rendered one by one
        self.in_pieces = STORIES in self.uses
        #: whether its index can be rendered entry by entry
        self.index_in_pieces = _is_index(tree)
        if self.in_pieces:
            self._raise(*_misplaced(tree))

    def whole(self, values: Mapping[str, object]) -> str:
        """Everything at once, by plain Jinja2."""
        return self._run(self._template.root_render_func, values, {})

    def block(self, name: str, values: Mapping[str, object]) -> str:
        """One block with ``values``; empty if the template has none of that name."""
        if name == WHOLE:
            return self.whole(values).strip() + "\n"
        render = self._template.blocks.get(name)
        return "" if render is None else self._run(render, values, {})

    def frame(self, values: Mapping[str, object]) -> list[Piece]:
        """What stands outside of the blocks, and where the blocks go."""
        if not self.in_pieces:
            return [Piece(block=WHOLE)]
        # a mark that nobody can guess, so that no text passes for a block
        mark = token_hex(16)
        stand_ins: dict[str, Any] = {
            name: [lambda _context, name=name: iter((f"\0{mark}{name}\0",))] for name in self.uses
        }
        text = self._run(self._template.root_render_func, values, stand_ins)
        return [
            Piece(block=piece.removeprefix(mark)) if piece.startswith(mark) else Piece(piece)
            for piece in text.split("\0")
            if piece
        ]

    def _run(
        self,
        render: Callable[[Any], Iterator[str]],
        values: Mapping[str, object],
        stand_ins: Mapping[str, Any],
    ) -> str:
        context = self._template.new_context(dict(values))
        context.blocks.update(stand_ins)
        try:
            try:
                return "".join(render(context))
            except Exception:  # noqa: BLE001 - Jinja2 puts the template's lines into the traceback
                self._environment.handle_exception()
        except Exception as error:  # the border to a template's own code
            frames = traceback.extract_tb(error.__traceback__)
            line = next((one.lineno for one in reversed(frames) if one.filename == "<template>"), 1)
            problem = f"{type(error).__name__}: {error}"
            raise self._bad(Mistake(*self._compiled.at(line or 1), problem)) from error

    def _raise(self, *misplaced: tuple[int, str]) -> None:
        if misplaced:
            raise self._bad(*(Mistake(*self._compiled.at(line), told) for line, told in misplaced))

    def _bad(self, *mistakes: Mistake) -> BadTemplateError:
        return BadTemplateError(self._name, mistakes)


def _uses(tree: nodes.Template) -> dict[str, frozenset[str]]:
    found = {
        block.name: frozenset(name.name for name in block.find_all(nodes.Name)) & VARYING
        for block in tree.find_all(nodes.Block)
    }
    return found if STORIES in found else {WHOLE: VARYING}


def _misplaced(tree: nodes.Template) -> Iterator[tuple[int, str]]:
    """Line and problem of all that rendering in pieces would lose."""
    for node in _outside(tree):
        if isinstance(node, nodes.Name) and node.name in VARYING:
            yield (
                node.lineno,
                f"{node.name!r} differs between variants: use it inside a block, like "
                f"{{% block top %}}{{{{ {node.name} }}}}{{% endblock %}}",
            )
    stories = next(block for block in tree.find_all(nodes.Block) if block.name == STORIES)
    sections = _loop(stories.body, "section", nodes.Name("sections", "load"))
    if sections is None:
        yield stories.lineno, _SHAPE
        return
    title, *rest = _significant(sections.body) or [sections]
    places = _loop(rest, "place", nodes.Getattr(nodes.Name("section", "load"), "places", "load"))
    if not _is_block(title, SECTION_TITLE) or places is None:
        yield title.lineno, _SHAPE
        return
    card, *more = _significant(places.body) or [places]
    if not _is_block(card, CARD) or more:
        yield card.lineno, _SHAPE


def _is_index(tree: nodes.Template) -> bool:
    """Whether the index is but a loop over its entries."""
    block = next((one for one in tree.find_all(nodes.Block) if one.name == INDEX), None)
    loop = _loop(block.body, "one", nodes.Name("index", "load")) if block else None
    entry = _significant(loop.body) if loop else []
    return len(entry) == 1 and _is_block(entry[0], INDEX_ENTRY)


def _outside(node: nodes.Node) -> Iterator[nodes.Node]:
    """Every node that no block holds."""
    for child in node.iter_child_nodes():
        if not isinstance(child, nodes.Block):
            yield child
            yield from _outside(child)


def _loop(body: list[nodes.Node], target: str, over: nodes.Expr) -> nodes.For | None:
    """The loop of just this form if it is all there is in ``body``."""
    found = _significant(body)
    if len(found) != 1 or not isinstance(found[0], nodes.For):
        return None
    loop = found[0]
    same = loop.target == nodes.Name(target, "store") and loop.iter == over
    return loop if same and loop.test is None and not loop.else_ else None


def _significant(body: list[nodes.Node]) -> list[nodes.Node]:
    return [
        node
        for node in body
        if not isinstance(node, nodes.Output)
        or any(not isinstance(one, nodes.TemplateData) or one.data.strip() for one in node.nodes)
    ]


def _is_block(node: nodes.Node, name: str) -> bool:
    return isinstance(node, nodes.Block) and node.name == name
