"""What Loket is told became of a run."""
