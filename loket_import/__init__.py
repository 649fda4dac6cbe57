"""From a journal run at Loket.nl to an entry in the memorial. Knows connections and ledger."""
