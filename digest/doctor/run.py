"""All checks side by side: none waits for another or stops it, and the whole ends in time."""

import queue
import threading
import time
from collections.abc import Iterable, Sequence
from dataclasses import replace

import structlog

from digest.doctor.finding import Finding, PassedOverError, Severity, error, note, warning
from digest.doctor.patient import Patient
from digest.doctor.registry import CHECKS
from digest.errors import ConfigError, DigestError

#: for all of them
SECONDS = 20.0
log = structlog.get_logger()


def examine(
    patient: Patient,
    only: Iterable[str] = (),
    *,
    offline: bool = False,
    seconds: float = SECONDS,
) -> tuple[Finding, ...]:
    """What every check says, or those of ``only``; in the order of the registry.

    ``offline``: those that ask the network are left out, aloud. What is not done within ``seconds``
    is told as not done.
    """
    asked = [name for name in CHECKS if not only or name in set(only)]
    done: dict[str, Sequence[Finding]] = {}
    waiting = [name for name in asked if not (offline and CHECKS[name].network)]
    answers: queue.SimpleQueue[tuple[str, Sequence[Finding]]] = queue.SimpleQueue()

    def look(name: str) -> None:
        answers.put((name, _look(name, patient)))

    end = time.monotonic() + seconds
    for name in waiting:
        # Daemons: one that hangs keeps nobody from reading the rest.
        threading.Thread(target=look, args=(name,), name=f"doctor {name}", daemon=True).start()
    while len(done) < len(waiting) and (left := end - time.monotonic()) > 0:
        try:
            name, found = answers.get(timeout=left)
        except queue.Empty:
            break
        done[name] = found
    late = warning(
        f"not done within {seconds:g} seconds", "Ask again with `--only` it; see the network"
    )
    unasked = (note("not looked at: it asks the network"),)
    return tuple(
        replace(one, check=name, link=f"docs/doctor.md#{name}")
        for name in asked
        for one in done.get(name, (late,) if name in waiting else unasked)
    )


def unwell(findings: Iterable[Finding]) -> bool:
    """Whether anything is an error."""
    return any(one.severity is Severity.ERROR for one in findings)


def _look(name: str, patient: Patient) -> Sequence[Finding]:
    """What one check says; a check that is well says so only where there is nothing else to say."""
    found: list[Finding] = []
    try:
        # One by one: what was found before it broke is kept.
        found.extend(CHECKS[name].look(patient))
    except PassedOverError as why:
        found.append(note(f"not looked at: {why.message}"))
    except ConfigError:
        found.append(note("not looked at: the configuration has mistakes"))
    except DigestError as problem:
        found.append(warning(problem.message, problem.hint))
    except Exception as problem:
        # One broken check must not hide the others.
        log.info("check_failed", check=name, exc_info=True)
        found.append(_broken(problem))
    return _told(found)


def _told(found: Sequence[Finding]) -> Sequence[Finding]:
    worth = [one for one in found if one.severity is not Severity.OK]
    return list(dict.fromkeys(worth or found))


def _broken(problem: Exception) -> Finding:
    """A mistake of ours. Its text may hold anything, so only its kind is told."""
    return error(
        f"the check itself failed: {type(problem).__name__}",
        "Tell us, with what `digest -v doctor` logs",
    )
