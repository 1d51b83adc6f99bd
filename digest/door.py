"""What commands take from ``subscribers``, a package that they must not know."""

from digest.readers import Bringing
from subscribers import ImportReport, SubscribersError, csv_row, write_members

__all__ = ["Bringing", "ImportReport", "SubscribersError", "csv_row", "write_members"]
