"""What must always hold of the statements of the connection fee; see `ledger.invariants`."""

from ledger.invariants import Invariant

INVARIANTS = (
    Invariant(
        "I16",
        "An administration is billed once for a month at most, and statements add up.",
        """
        SELECT administration_id, 'fee of ' || to_char(month, 'YYYY-MM'),
               format('is billed %s times, %s in all', sum(quantity), sum(amount))
          FROM connections_statementline
         GROUP BY administration_id, month
        HAVING sum(quantity) NOT IN (0, 1) OR sum(quantity) = 0 AND sum(amount) <> 0
         UNION ALL
        SELECT NULL::bigint, 'statement ' || s.id,
               format('%s lines of %s and VAT %s, its lines say %s of %s and VAT %s',
                      s.line_count, s.subtotal, s.vat, l.line_count, l.amount, v.vat)
          FROM connections_statement s
          LEFT JOIN (SELECT statement_id, count(*) AS line_count, sum(amount) AS amount
                       FROM connections_statementline GROUP BY 1) l ON l.statement_id = s.id
          LEFT JOIN (SELECT statement_id, sum(round(amount * percentage / 100, 2)) AS vat
                       FROM (SELECT statement_id, vat_percentage AS percentage,
                                    sum(amount) AS amount
                               FROM connections_statementline GROUP BY 1, 2) rates
                      GROUP BY 1) v ON v.statement_id = s.id
         WHERE (s.line_count, s.subtotal, s.vat, s.total)
               IS DISTINCT FROM (l.line_count::int, l.amount, v.vat, l.amount + v.vat)
         UNION ALL
        SELECT NULL::bigint, 'closing ' || c.id,
               format('%s in all, its statements say %s', c.total, s.total)
          FROM connections_closing c
          LEFT JOIN (SELECT closing_id, sum(total) AS total
                       FROM connections_statement GROUP BY 1) s ON s.closing_id = c.id
         WHERE c.total <> coalesce(s.total, 0)
        """,
    ),
)
