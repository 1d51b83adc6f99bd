"""[signup]: the form that readers sign up by, and how much strangers may ask of it."""

from pydantic import Field

from digest.config.table import Table
from digest.config.values import HttpUrl


class SignUpSettings(Table):
    """[signup]"""

    #: other sites whose pages may post JSON to /join, such as "https://www.paper.org"
    origins: tuple[HttpUrl, ...] = ()
    #: letters that strangers can cause to one address in 30 days, of each kind
    letters: int = Field(default=3, ge=1, le=30)
    #: the same to an address that left for good or could not be reached
    letters_to_suppressed: int = Field(default=1, ge=0, le=30)
    #: requests of one place (an address, or a network of IPv6) in an hour; 0: no limit
    per_place: int = Field(default=20, ge=0)
    #: requests of everybody in a minute; 0: no limit
    per_minute: int = Field(default=120, ge=0)
    #: a form sent sooner was filled in by no person
    seconds: float = Field(default=2, ge=0, le=60)
    #: the header in which your proxy tells the reader's address, e.g. X-Forwarded-For
    address_header: str = Field(default="", pattern=r"^[A-Za-z0-9-]*$", max_length=76)
