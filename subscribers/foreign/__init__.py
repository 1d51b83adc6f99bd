"""People from other systems: one file for each way an export is written. Pure but for files.py."""

from subscribers.foreign.ghost import GHOST
from subscribers.foreign.listmonk import LISTMONK
from subscribers.foreign.mailchimp import MAILCHIMP
from subscribers.foreign.mailpoet import MAILPOET
from subscribers.foreign.row import Format
from subscribers.foreign.substack import SUBSTACK

__all__ = ["FORMATS", "Format"]

#: name on the command line → how that system exports
FORMATS: dict[str, Format] = {
    one.name: one for one in (GHOST, LISTMONK, MAILCHIMP, MAILPOET, SUBSTACK)
}
