"""Which part of which page is made by which function."""

from tests.reference import api, commands, config, errors, events
from tests.reference.page import Part

#: page below docs/ → part → what makes it
PARTS: dict[str, dict[str, Part]] = {
    "api.md": {"operations": api.operations, "happenings": api.happenings},
    "cli.md": {"exit-codes": errors.exit_codes},
    "commands.md": {"commands": commands.every},
    "config.md": {"keys": config.every},
    "errors.md": {"errors": errors.of_the_line, "subscriber-errors": errors.of_subscribers},
    "events.md": {"heard": events.heard, "alerts": events.alerts},
    "glossary.md": {
        "states": events.states,
        "holds": events.holds,
        "deliveries": events.deliveries,
    },
}
