"""Tests of loket_import/judging."""
