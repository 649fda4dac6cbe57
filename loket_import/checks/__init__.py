"""What may be wrong with a journal run, each matter by itself; pure."""
