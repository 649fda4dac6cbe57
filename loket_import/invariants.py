"""What must always hold between journal runs and the books; see `ledger.invariants`."""

from ledger.invariants import Invariant

INVARIANTS = (
    Invariant(
        "I2",
        "A run has one live booking at most, and a booking is live until its entry is reversed.",
        """
        SELECT administration_id, 'run ' || run_id, count(*) || ' live bookings'
          FROM loket_import_booking WHERE reversal_id IS NULL
         GROUP BY administration_id, run_id HAVING count(*) > 1
         UNION ALL
        SELECT b.administration_id, 'booking ' || b.id, 'is live although its entry is reversed'
          FROM loket_import_booking b JOIN ledger_journalentry r ON r.reverses_id = b.entry_id
         WHERE b.reversal_id IS DISTINCT FROM r.id
         UNION ALL
        SELECT b.administration_id, 'booking ' || b.id, 'is not live although its entry stands'
          FROM loket_import_booking b
          LEFT JOIN ledger_journalentry r ON r.id = b.reversal_id AND r.reverses_id = b.entry_id
         WHERE b.reversal_id IS NOT NULL AND r.id IS NULL
        """,
    ),
    Invariant(
        "I5",
        "An entry adds up to the lines of Loket that it books, each signed amount counted.",
        """
        SELECT b.administration_id, 'booking ' || b.id,
               format('entry %s holds %s, the run %s', b.entry_id, e.total, s.total)
          FROM loket_import_booking b
          LEFT JOIN ledger_journalentry e
               ON e.id = b.entry_id AND e.administration_id = b.administration_id
          LEFT JOIN LATERAL (
               SELECT sum(greatest(debit, 0) + greatest(-credit, 0)) AS total,
                      sum(debit - credit) AS difference
                 FROM loket_import_runline WHERE content_id = b.content_id) s ON true
         WHERE s.total IS NULL OR s.total IS DISTINCT FROM e.total OR s.difference <> 0
        """,
    ),
    Invariant(
        "I14",
        "The proof of a booking says of total and of Loket's answer what the books say.",
        """
        SELECT b.administration_id, 'booking ' || b.id, 'is not what its proof says'
          FROM loket_import_booking b
          LEFT JOIN ledger_journalentry e
               ON e.id = b.entry_id AND e.administration_id = b.administration_id
          LEFT JOIN loket_import_runcontent c ON c.id = b.content_id
         WHERE b.proof <> '{}'::jsonb
           AND ((b.proof ->> 'total_debit')::numeric IS DISTINCT FROM e.total
                OR (b.proof ->> 'total_credit')::numeric IS DISTINCT FROM e.total
                OR b.proof ->> 'answer_sha256' IS DISTINCT FROM c.answer_sha256
                OR b.proof ->> 'posting_hash' IS DISTINCT FROM b.posting_hash)
        """,
    ),
    Invariant(
        "I15",
        "A report to Loket is of the run that its booking books, and waits or was settled.",
        """
        SELECT r.administration_id, 'report ' || r.id, 'is of another run than its booking'
          FROM loket_import_loketreport r
          LEFT JOIN loket_import_booking b ON b.id = r.booking_id AND b.run_id = r.run_id
               AND b.administration_id = r.administration_id
         WHERE r.booking_id IS NOT NULL AND b.id IS NULL
         UNION ALL
        SELECT administration_id, 'report ' || id, 'is ' || state || ', settled at '
               || coalesce(settled_at::text, 'no moment')
          FROM loket_import_loketreport
         WHERE (state = 'waiting') <> (settled_at IS NULL)
        """,
    ),
)
