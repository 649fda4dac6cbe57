"""The keys of Loket's `journalRunStatus`. Decide on them alone, never on Loket's texts.

Loket may add keys: one that isn't listed here is unknown, and nothing is done with its run.
"""

WAITING = 0
NO_RESULTS = 1
FAILED = 2
REMOVED = 3
READY = 4
EXPORTING = 5
EXPORT_FAILED = 6
EXPORTED = 7

# A run of these statuses can be booked: at once when it is ready, and when an export failed or
# went well once somebody has looked into that, or if that export was our own message to Loket.
MAY_BE_BOOKED = frozenset({READY, EXPORT_FAILED, EXPORTED})

# Loket: results exist for statuses 4-7 only; asking for those of another run is refused.
HAS_RESULTS = frozenset({READY, EXPORTING, EXPORT_FAILED, EXPORTED})
