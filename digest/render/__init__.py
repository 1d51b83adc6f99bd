"""From an issue's content to mail: compile (MJML), render (Jinja2), encode (MIME), check.

``render.Renderer`` makes a ``RenderedVariant``; ``message.encode`` and ``message.build`` make its
bytes. A story's text never passes through the MJML engine and is rendered exactly once.
"""
