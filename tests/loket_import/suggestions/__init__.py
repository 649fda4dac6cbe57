"""Tests of loket_import/suggestions."""
