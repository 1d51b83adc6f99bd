"""Tries the addresses in a mail, before readers do."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network
from typing import TYPE_CHECKING

from digest.errors import SourceError
from digest.preflight import Answer
from digest.render.clean import is_loopback

if TYPE_CHECKING:
    from digest.sources.fetch import Fetcher

#: how many addresses are tried at a time; the fetcher asks each host for one at a time
AT_A_TIME = 8
#: how many at the most, and how many seconds for all of them: an editor is waiting
MOST, SECONDS = 200, 25.0


@dataclass(frozen=True, slots=True)
class Probe:
    """Asks each address for its head, through the guarded client."""

    #: told to the sites that are asked
    contact: str = ""
    allow_private: tuple[IPv4Network | IPv6Network, ...] = ()

    def __call__(self, addresses: Sequence[str]) -> dict[str, Answer]:
        """What each address answers; those that there was no time for are absent."""
        fetcher = self._fetcher()
        workers = ThreadPoolExecutor(AT_A_TIME, thread_name_prefix="probe")
        try:
            asked = {
                workers.submit(_try, fetcher, url): url
                for url in list(dict.fromkeys(addresses))[:MOST]
            }
            done, _ = wait(asked, timeout=SECONDS)
        finally:
            workers.shutdown(wait=False, cancel_futures=True)
        answers = {asked[one]: one.result() for one in done}
        return {url: answer for url, answer in answers.items() if answer is not None}

    def _fetcher(self) -> "Fetcher":
        from digest.sources.build import user_agent  # keeps the client out of every other command
        from digest.sources.fetch import Fetcher
        from digest.sources.pace import Pace

        return Fetcher(
            user_agent(self.contact),
            allow_private=self.allow_private,
            deadline=5,
            idle=3,
            pace=Pace(gap=0.05, patience=15),
        )


def _try(fetcher: "Fetcher", url: str) -> Answer | None:
    """What ``url`` answers to HEAD, or to GET where a server wants no HEAD."""
    from digest.sources.guard import AddressRefusedError

    try:
        answer = fetcher.fetch(url, accept="*/*", method="HEAD")
        if answer.status >= 400:
            answer = fetcher.fetch(url, accept="*/*")
    except AddressRefusedError as error:
        # What this machine alone can reach is for the check of links, which knows of trials.
        return None if is_loopback(url) else Answer(problem=error.message)
    except SourceError as error:
        return Answer(problem=error.message)
    told = answer.headers.get("content-length", "")
    size = len(answer.body) or (int(told) if told.isascii() and told.isdigit() else None)
    return Answer(status=answer.status, kind=answer.content_type, size=size)
