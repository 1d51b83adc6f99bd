"""Where stories come from: one file per kind.

``feed`` (RSS, RDF, Atom), ``wordpress`` (REST API, feed or export) and ``folder`` (Markdown) each
implement ``protocols.Source``. They share ``fetch`` (the only way out to the web), ``parse`` (feed
documents, in worker processes) and the pure ``repair``, ``dates``, ``clean``, ``images`` and
``identity``. A poll ends in a value, never in an exception: ``outcome``.
"""
