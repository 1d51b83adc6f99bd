"""A newsroom's digest machine.

source → story → issue → variant → message → delivery → event

``digest.pipeline`` shows the whole line on one screen.
"""

__version__ = "0.1.0"
