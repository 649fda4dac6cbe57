"""External connections: authorisation, tokens and mappings. Knows the ledger's accounts."""
