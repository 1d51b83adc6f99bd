"""Draws the sample newsroom's pictures. Needs Pillow, which nothing else here does."""
