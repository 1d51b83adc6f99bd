"""The documentation does what it says: every command in it is run.

A block of commands is fenced as ``sh``. It is run as it stands, in a folder of its page's own that
holds the sample newsroom after its first issues; the blocks of a page one after the other, in one
shell. What its fence says after ``sh``:

| ``exit=4``              | it ends with that code                                  |
| ``not-run="because …"`` | nobody runs it, and why; shown to who reads the source  |
"""
