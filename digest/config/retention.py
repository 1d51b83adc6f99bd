"""The table [retention] of config.toml: for how long data of people is kept."""

from typing import Annotated

from pydantic import Field

from digest.config.table import Table

Days = Annotated[int, Field(ge=0, le=36_500)]


class Retention(Table):
    """[retention]: in days; 0: for ever. What is older goes once a day."""

    #: sign-ups that nobody confirmed
    unconfirmed: Days = 30
    #: what strangers asked for, by keyed hashes
    asked: Days = 30
    #: the keyed hashes of where they asked from
    places: Days = 7
    #: letters that were sent, and how they fared
    letters: Days = 90
    address_changes: Days = 30
    #: how far imports came
    imports: Days = 90
    #: what was heard of deliveries
    events: Days = 400
    #: documents of sources as they came, for `digest replay`; the last five of each stay
    fetches: Days = 7
    #: mails in the maildir for bounces that were read
    bounces: Days = 90
    #: that somebody, by their id, was erased
    erasures: Days = 400
    #: people who left every edition: they go, the promise not to mail them stays
    left: Days = 0
