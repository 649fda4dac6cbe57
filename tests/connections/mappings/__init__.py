"""Tests of connections/mappings."""
