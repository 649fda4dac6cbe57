"""The books: chart of accounts, fiscal years, journals and entries. Knows nothing of Loket."""
