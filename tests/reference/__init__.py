"""The parts of the documentation that the code itself writes: ``make reference``.

A page keeps such a part between two lines of its own::

    <!-- generated: errors -->
    …
    <!-- end of errors -->

One function a part, in ``pages.PARTS``, returns its Markdown; it is given what stands there now, so
that a column written by hand stays. ``test_reference.py`` fails where a page and the code differ.
"""
