"""Tests of loket_import/comparing."""
