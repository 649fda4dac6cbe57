"""Tests of loket_import/questions."""
