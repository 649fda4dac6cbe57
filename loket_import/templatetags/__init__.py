"""Template filters of the import."""
