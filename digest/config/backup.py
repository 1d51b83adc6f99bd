"""The table [backup] of config.toml: copies of the database, and the journal beside it."""

from pathlib import Path

from pydantic import Field

from digest.config.table import Table


class BackupSettings(Table):
    """[backup]: made by `digest run` and `digest schedule`, and by `digest backup`."""

    folder: Path = Path("var/backups")
    #: 0: only when somebody asks
    every_hours: int = Field(default=24, ge=0, le=8760)
    #: so many stay in the folder, the newest; 0: all
    keep: int = Field(default=7, ge=0, le=10_000)
    #: who left and what went, for a restore; best on another disk than the database
    journal: Path = Path("var/departures")
    #: the journal's months go when they are so old: no backup that you keep may be older; 0: never
    journal_days: int = Field(default=400, ge=0, le=36_500)
