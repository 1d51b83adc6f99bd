"""`make bench`: each figure beside another way of doing the same work, measured in one run."""
