"""Newsletter programs from PyPI on the same ten stories, readers and mail server as ours."""
