"""Codes of Loket that stand for nothing here yet: the questions, and their answers."""
