"""Looking at a newsroom's site to propose its config.toml: ``digest init URL``.

``site`` looks (every request through the guarded Fetcher) and gives a ``Survey``; ``filing`` says
which of the site's categories are regions and topics; ``proposal`` writes the text. The last two
are pure, and so are ``page``, ``picks``, ``places`` and ``colours``, which read what was fetched.
"""
