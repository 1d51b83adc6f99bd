"""The checks, a file for each part of the house; ``registry.py`` lists them."""
