"""What must always hold of the books, each as a query that returns what breaks it.

The database refuses to break them; the queries find what a superuser, a restored backup or a bug
in a guard has done all the same.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Invariant:
    """`query` returns (administration id, what, detail) for each violation; normally nothing."""

    code: str
    meaning: str
    query: str


INVARIANTS = (
    Invariant(
        "I1",
        "Every posted entry balances, has at least two lines, and holds what its header names.",
        """
        SELECT e.administration_id, 'entry ' || e.id,
               format('%s lines of %s, debit %s, credit %s, total %s',
                      count(l.id), e.line_count, coalesce(sum(l.debit), 0),
                      coalesce(sum(l.credit), 0), e.total)
          FROM ledger_journalentry e LEFT JOIN ledger_journalline l ON l.entry_id = e.id
         WHERE e.state = 'posted'
         GROUP BY e.id
        HAVING count(l.id) < 2 OR count(l.id) <> e.line_count
            OR sum(l.debit) IS DISTINCT FROM sum(l.credit) OR sum(l.debit) <> e.total
            OR bool_or((l.debit > 0) = (l.credit > 0) OR l.debit < 0 OR l.credit < 0)
        """,
    ),
    Invariant(
        "I3",
        "Numbers run from 1 without a gap within administration, journal and fiscal year.",
        """
        SELECT coalesce(e.administration_id, s.administration_id),
               format('journal %s, fiscal year %s', coalesce(e.journal_id, s.journal_id),
                      coalesce(e.fiscal_year_id, s.fiscal_year_id)),
               format('%s entries from %s to %s, series at %s', e.entries, e.lowest, e.highest,
                      s.last_number)
          FROM (SELECT administration_id, journal_id, fiscal_year_id, count(*) AS entries,
                       min(number) AS lowest, max(number) AS highest
                  FROM ledger_journalentry WHERE state = 'posted' GROUP BY 1, 2, 3) e
          FULL JOIN ledger_numberseries s
               USING (administration_id, journal_id, fiscal_year_id)
         WHERE (e.lowest, e.highest, s.last_number) IS DISTINCT FROM
               (1, e.entries::integer, e.entries::integer)
           AND NOT (e.entries IS NULL AND s.last_number = 0)
        """,
    ),
    Invariant(
        "I4",
        "No draft outlives its transaction.",
        """
        SELECT administration_id, 'entry ' || id, 'is a draft'
          FROM ledger_journalentry WHERE state <> 'posted'
        """,
    ),
    Invariant(
        "I6",
        "Everything an entry refers to belongs to its administration.",
        """
        SELECT l.administration_id, format('entry %s line %s', l.entry_id, l.number),
               'refers to another administration'
          FROM ledger_journalline l
          LEFT JOIN ledger_journalentry e ON e.id = l.entry_id
          LEFT JOIN ledger_account a ON a.id = l.account_id
          LEFT JOIN ledger_costcenter c ON c.id = l.cost_center_id
          LEFT JOIN ledger_costunit u ON u.id = l.cost_unit_id
         WHERE e.administration_id IS DISTINCT FROM l.administration_id
            OR a.administration_id IS DISTINCT FROM l.administration_id
            OR (l.cost_center_id IS NOT NULL
                AND c.administration_id IS DISTINCT FROM l.administration_id)
            OR (l.cost_unit_id IS NOT NULL
                AND u.administration_id IS DISTINCT FROM l.administration_id)
         UNION ALL
        SELECT e.administration_id, 'entry ' || e.id, 'refers to another administration'
          FROM ledger_journalentry e
          LEFT JOIN ledger_journal j ON j.id = e.journal_id
          LEFT JOIN ledger_period p ON p.id = e.period_id
         WHERE j.administration_id IS DISTINCT FROM e.administration_id
            OR p.administration_id IS DISTINCT FROM e.administration_id
            OR p.fiscal_year_id IS DISTINCT FROM e.fiscal_year_id
        """,
    ),
    Invariant(
        "I7",
        "Each reversal mirrors its original to the cent, and an original has one at most.",
        """
        SELECT r.administration_id, 'entry ' || r.id, 'does not mirror entry ' || r.reverses_id
          FROM ledger_journalentry r
          LEFT JOIN ledger_journalentry o
               ON o.id = r.reverses_id AND o.administration_id = r.administration_id
         WHERE r.reverses_id IS NOT NULL
           AND (o.id IS NULL OR o.reverses_id IS NOT NULL OR EXISTS (
               SELECT FROM (SELECT * FROM ledger_journalline WHERE entry_id = r.id) x
                 FULL JOIN (SELECT * FROM ledger_journalline WHERE entry_id = o.id) y
                      ON y.number = x.number
                WHERE (x.account_id, x.cost_center_id, x.cost_unit_id, x.debit, x.credit)
                      IS DISTINCT FROM
                      (y.account_id, y.cost_center_id, y.cost_unit_id, y.credit, y.debit)))
         UNION ALL
        SELECT administration_id, 'entry ' || reverses_id, 'was reversed more than once'
          FROM ledger_journalentry WHERE reverses_id IS NOT NULL
         GROUP BY administration_id, reverses_id HAVING count(*) > 1
        """,
    ),
    Invariant(
        "I12",
        "The booking date lies in its period, which was open when the entry was posted.",
        """
        SELECT e.administration_id, 'entry ' || e.id,
               format('booked on %s, posted at %s, period %s to %s closed at %s', e.booked_on,
                      e.posted_at, p.starts_on, p.ends_on, least(p.closed_at, y.closed_at))
          FROM ledger_journalentry e
          JOIN ledger_period p ON p.id = e.period_id
          JOIN ledger_fiscalyear y ON y.id = e.fiscal_year_id
         WHERE e.booked_on NOT BETWEEN p.starts_on AND p.ends_on
            OR e.posted_at > least(p.closed_at, y.closed_at)
        """,
    ),
    Invariant(
        "I13",
        "All lines of an administration add up to zero.",
        """
        SELECT administration_id, 'all lines', 'differ by ' || sum(debit - credit)
          FROM ledger_journalline GROUP BY administration_id HAVING sum(debit) <> sum(credit)
        """,
    ),
)
