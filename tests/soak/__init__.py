"""A month of a newsroom in one process: every issue once, every reader once, nothing that grows."""
