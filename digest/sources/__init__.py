"""Where stories come from: one file per kind.

``feed`` (RSS, RDF, Atom, JSON Feed), ``wordpress`` (REST API, feed or export), ``folder``
(Markdown), ``sitemap`` (of news) and ``page_box`` (what stands under a heading) each implement
``protocols.Source``; ``article`` reads one pasted address, ``opml`` a list of feeds. They share
``fetch`` (the only way out to the web), ``parse`` (feed documents) and ``page`` (web pages), both
in processes of their own, and the pure ``repair``, ``dates``, ``clean``, ``images`` and
``identity``. A poll ends in a value, never in an exception: ``outcome``.
"""
