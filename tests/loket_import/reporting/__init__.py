"""Tests of loket_import/reporting."""
