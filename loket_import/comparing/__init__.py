"""Amounts side by side: of runs of the same wages, and of a run before and after."""
