"""The steps of the line, one module each: read what the step before stored, store the own result.

Every step can be run again without harm: its result has a unique key.
"""
