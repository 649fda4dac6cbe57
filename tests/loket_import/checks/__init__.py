"""Tests of loket_import/checks."""
