"""Log lines: stable event names, ids, no addresses; the same form for other packages' lines.

The names stand in ``digest/watch/lines.py``, and docs/watching.md tells what each of them means.
"""

import logging
import sys
from typing import TYPE_CHECKING, Literal, TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from digest.watch.masking import mask, mask_text
from digest.watch.meter import Meter

Form = Literal["auto", "console", "json"]
Level = Literal["debug", "info", "warning", "error"]

#: packages whose lines say nothing that ours do not, unless something is wrong
_QUIET = ("apscheduler", "procrastinate", "alembic", "asyncio", "uvicorn")
#: what a line of another package is called; whose it is and what it says stand beside
FOREIGN = "library"
_LEVELS: dict[Level, int] = {
    "debug": logging.DEBUG,
    "info": logging.INFO,
    "warning": logging.WARNING,
    "error": logging.ERROR,
}


def configure(
    *, verbose: bool, level: Level = "info", form: Form = "auto", meter: Meter | None = None
) -> None:
    """Log to standard error, for people on a terminal or as JSON; ``auto``: by what it is.

    ``verbose``: what happens, as far as ``level`` wants; else warnings alone. ``meter`` hears of
    each line of warning or worse. May be called again.
    """
    console = form == "console" or (form == "auto" and sys.stderr.isatty())
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    last = _last_for_people() if console else _last_as_json()
    least = _LEVELS[level] if verbose else max(_LEVELS[level], logging.WARNING)
    heard: list[Processor] = [_Hearing(meter)] if meter is not None else []
    structlog.configure(
        processors=[*shared, *heard, *last],
        wrapper_class=structlog.make_filtering_bound_logger(least),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    handler = _Ours(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, structlog.stdlib.add_logger_name, _foreign, *heard],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
        )
    )
    root = logging.getLogger()
    root.handlers = [one for one in root.handlers if not isinstance(one, _Ours)]
    root.addHandler(handler)
    root.setLevel(max(least, logging.INFO))
    for name in _QUIET:
        logging.getLogger(name).setLevel(max(least, logging.WARNING))


if TYPE_CHECKING:
    _Stream = logging.StreamHandler[TextIO]
else:
    _Stream = logging.StreamHandler


class _Ours(_Stream):
    """Our one handler of the root logger, known again by its class."""


def _last_for_people() -> list[Processor]:
    plain = structlog.dev.plain_traceback
    return [structlog.dev.ConsoleRenderer(exception_formatter=plain), mask_text]


def _last_as_json() -> list[Processor]:
    # Never the variables of a frame: they hold addresses and keys.
    frames = structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
    return [
        structlog.processors.ExceptionRenderer(frames),
        mask,
        structlog.processors.JSONRenderer(),
    ]


def _foreign(logger: WrappedLogger, method: str, line: EventDict) -> EventDict:
    """Another package's line: its words are no event's name."""
    del logger, method
    return {**line, "event": FOREIGN, "said": line["event"]}


class _Hearing:
    """A processor that lets a meter hear of what is wrong."""

    def __init__(self, meter: Meter) -> None:
        self._meter = meter

    def __call__(self, logger: WrappedLogger, method: str, line: EventDict) -> EventDict:
        """Pass it on."""
        del logger, method
        level, event = line.get("level", ""), str(line["event"])
        if level in {"warning", "error", "critical"}:
            self._meter.logged(event, level)
        if event == REPLACED:
            self._meter.replaced(str(line.get("worker")), str(line.get("why")))
        return line


#: the event whose lines are counted by worker and reason, too
REPLACED = "worker_replaced"
