"""What every table of config.toml is."""

from pydantic import BaseModel, ConfigDict


class Table(BaseModel):
    """A table of config.toml: unknown keys are mistakes. Its validator is made when it is used."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)
