"""Tests of loket_import/insight."""
