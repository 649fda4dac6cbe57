"""Tests of loket_import/proof."""
