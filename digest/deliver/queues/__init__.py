"""What hands out batches, for one process and for many machines."""
