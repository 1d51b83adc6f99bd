"""Turns settings into what a mail's addresses are measured against."""

from urllib.parse import urlsplit

from digest.config.settings import Settings
from digest.preflight import Standard

#: names of this machine
HERE = ("127.0.0.1", "localhost", "::1")


def standard(settings: Settings) -> Standard:
    """The newsroom's own hosts and its sources', and what [preflight] says of others."""
    asked, room = settings.preflight, settings.newsroom
    urls = [room.site_url, room.logo_url, settings.web.public_url]
    urls += [source.url for source in settings.sources]
    # The outbox mails nobody, so on a trial this machine is where readers are sent.
    here = HERE if settings.sending.transport == "outbox" else ()
    return Standard(
        own_hosts=frozenset(host for url in urls if url and (host := urlsplit(url).hostname)),
        staging_hosts=asked.staging_hosts,
        live_hosts=(*asked.live_hosts, *here),
        picture_hosts=asked.picture_hosts,
        transports=settings.sending.kinds,
    )
