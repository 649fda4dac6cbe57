"""The connection fee: what is counted, what it costs, and the statements that say so."""
