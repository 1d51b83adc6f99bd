"""Mail that comes back: what it says, and the mailboxes it is read from. Knows no SQL."""
