"""The table [database] of config.toml."""

from pydantic import Field

from digest.config.table import Table


class Database(Table):
    """[database]"""

    url: str = "sqlite:///var/digest.sqlite3"
    #: what this installation is called, so that no other one sends from its database
    instance: str = Field(default="", max_length=80)
