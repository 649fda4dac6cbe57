"""Tests of loket_import/rules."""
