"""Invented master data of a bakery, for the demo: a chart of accounts, cost centres, cost units."""
