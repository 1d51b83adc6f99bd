"""config.toml: typed, strict, every mistake in one report.

``settings`` holds the shapes, ``rules`` what must hold between them, ``load`` reads the sources in
the order command line > environment > secret file > file > default. Nothing else in the package
reads the environment or the configuration file.
"""

from digest.config.load import load
from digest.config.settings import Settings

__all__ = ["Settings", "load"]
