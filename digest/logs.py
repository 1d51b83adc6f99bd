"""Log lines: stable event names, ids, no addresses."""

import logging
import sys

import structlog


def configure(*, verbose: bool) -> None:
    """Log to standard error: for people on a terminal, as JSON otherwise."""
    terminal = sys.stderr.isatty()
    renderer: structlog.typing.Processor = (
        structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
        if terminal
        else structlog.processors.JSONRenderer()
    )
    # Never the variables of a frame: they hold addresses and keys.
    as_json = structlog.processors.ExceptionRenderer(
        structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            *([] if terminal else [as_json]),
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(
            logging.INFO if verbose else logging.WARNING
        ),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    # The scheduler's and the queue's own lines say nothing that ours do not.
    for name in ("apscheduler", "procrastinate"):
        logging.getLogger(name).setLevel(logging.WARNING)
