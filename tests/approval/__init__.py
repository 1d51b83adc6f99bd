"""Who approves what, and that nothing else goes."""
