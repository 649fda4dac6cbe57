"""Tests of connections/transfer."""
