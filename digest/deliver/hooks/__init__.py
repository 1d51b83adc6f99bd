"""What providers post to us: signatures, and events in their words. Knows no web and no SQL."""
