"""The first price and VAT rate: EUR 1.50 for an administration a month, and 21%."""

FIRST_PRICES = """
INSERT INTO connections_feeprice (holds_from, amount, entered_at)
VALUES ('2020-01-01', 1.50, now());
INSERT INTO connections_vatrate (holds_from, percentage, entered_at)
VALUES ('2020-01-01', 21.00, now())
"""
