"""What editors do to an issue, as values, and what each does to the issue's hand. Pure."""
