"""What tells the newsroom's developer how the line is: its log, its metrics, its health."""
