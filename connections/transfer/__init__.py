"""The mapping table in and out: as a file, and from another administration."""
