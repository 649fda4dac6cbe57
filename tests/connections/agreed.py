"""What the form of a new connection sends when its fee is agreed to."""

AGREED = {"agree": "on", "offered": "1.50 21.00"}
