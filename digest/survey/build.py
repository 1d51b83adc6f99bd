"""Surveys a site and proposes its config.toml, with a fetcher and a parser of its own."""

from dataclasses import dataclass
from datetime import datetime

from digest.curate import gazetteer, regions, topics
from digest.sources.build import user_agent
from digest.sources.fetch import Fetcher
from digest.sources.guard import Network
from digest.sources.parse import FeedParser
from digest.survey import filing, site
from digest.survey.filing import Filed, Knowledge
from digest.survey.proposal import propose
from digest.survey.site import Survey

#: seconds for one address: a person waits
_DEADLINE = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What was seen of a site, and the config.toml made of it."""

    survey: Survey
    filed: tuple[Filed, ...]
    text: str


def survey(url: str, networks: tuple[Network, ...], now: datetime) -> Proposal:
    """Look at the site at ``url``. Raises SurveyError where there is nothing to read.

    ``networks`` are the operator's own, from which sources may be read.
    """
    fetcher = Fetcher(user_agent(""), allow_private=networks, deadline=_DEADLINE)
    with FeedParser(workers=1) as parser:
        seen = site.look(fetcher, parser, url, now)
    places = gazetteer.load()
    known = Knowledge(
        gazetteer=places,
        views=regions.views("newsroom", (), places),
        lexicon=topics.load(),
        language=seen.language,
        home=seen.place.country,
    )
    filed = filing.file(seen.categories, known)
    return Proposal(survey=seen, filed=filed, text=propose(seen, filed, map(str, networks)))
