"""The tables of config.toml about who hears how the line is: [logs], [metrics], [alerts]."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, SecretStr

from digest.config.table import Table
from digest.config.values import Address, http


def _secret_url(value: SecretStr) -> SecretStr:
    if told := value.get_secret_value():
        http(told)
    return value


#: an address that lets whoever knows it do something: never shown
SecretUrl = Annotated[SecretStr, AfterValidator(_secret_url)]


class Logs(Table):
    """[logs]: what stands in the log, and how."""

    #: auto: for people on a terminal, JSON elsewhere
    format: Literal["auto", "console", "json"] = "auto"
    #: of the commands that run for days; others tell warnings, and with -v what happens
    level: Literal["debug", "info", "warning", "error"] = "info"


class Metrics(Table):
    """[metrics]: a port of its own for Prometheus, in each process that runs for days."""

    host: str = "127.0.0.1"
    #: left out: there is none
    port: int | None = Field(default=None, ge=1, le=65535)


class Alerts(Table):
    """[alerts]: who hears of what went wrong, beside the log."""

    to: tuple[Address, ...] = ()
    #: JSON is posted there, signed by the next
    webhook: SecretUrl = SecretStr("")
    webhook_key: SecretStr = SecretStr("")
    #: asked for after each good tick, at most once a minute
    heartbeat: SecretUrl = SecretStr("")
    #: an issue of which nothing has gone by then is late
    late_minutes: int = Field(default=10, ge=1, le=1440)
    #: a source that nobody could read for so long is dead
    source_dead_hours: int = Field(default=24, ge=1, le=8760)
