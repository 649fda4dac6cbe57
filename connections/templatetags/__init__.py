"""Template filters of connections."""
