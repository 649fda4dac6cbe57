"""What the database guarantees of the connection fee: statements that add up and never change."""

from django.db import migrations

from connections.billing.first_prices import FIRST_PRICES
from finmaster.postgres import never_changed, row_level_security, security_definer, sibling_key

SCOPE = """
CREATE FUNCTION billing_offices() RETURNS bigint[]
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE
    -- After a transaction that set it, the setting reads as an empty string, not as NULL.
    setting text := nullif(current_setting('app.billing_offices', true), '');
BEGIN
    IF setting IS NULL THEN
        RAISE EXCEPTION 'no office is in scope' USING ERRCODE = 'insufficient_privilege';
    END IF;
    -- NULL stands for every office: the operator's scope.
    RETURN CASE WHEN setting <> 'all' THEN setting::bigint[] END;
END $$
"""

OFFICE_TABLES = (
    "connections_agreement",
    "connections_statement",
    "connections_statementvat",
    "connections_statementline",
)
IS_OPERATOR = "(SELECT billing_offices()) IS NULL"

# Which administrations of the offices in scope were connected in which months, as in
# connections/billing/rule.py. Within a connection each stretch ends with the event that stops it:
# the stops before an event say to which stretch it belongs. ROWS keeps the planner, which can't look
# inside, from loops that are quadratic in what is counted.
CONNECTED_MONTHS = """
CREATE FUNCTION connected_months(of_environment text, reauthorisation_counts boolean,
                                 first_month date, last_month date)
RETURNS TABLE (office_id bigint, administration_id bigint, month date, first_day date,
               last_day date, connected_at timestamptz, connected_by bigint)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 100000 SET search_path = public, pg_temp AS $$
    WITH steps AS (
        SELECT a.office_id, e.administration_id, e.connection_id, e.happened_at, e.user_id, e.id,
               e.kind = 'authorised' AS begins,
               count(*) FILTER (WHERE e.kind <> 'authorised') OVER earlier AS stops,
               count(*) FILTER (WHERE e.kind = 'ended') OVER earlier AS ends
          FROM connections_connectionevent e
          JOIN connections_connection c
            ON c.id = e.connection_id AND c.environment = of_environment
          JOIN finmaster_administration a ON a.id = e.administration_id
         WHERE ((SELECT billing_offices()) IS NULL
                OR a.office_id = ANY ((SELECT billing_offices())::bigint[]))
           AND (e.kind IN ('authorised', 'ended')
                OR e.kind = 'reauthorise' AND NOT reauthorisation_counts)
        WINDOW earlier AS (PARTITION BY e.connection_id ORDER BY e.happened_at, e.id
                           ROWS UNBOUNDED PRECEDING EXCLUDE CURRENT ROW)
    ), stretches AS (
        SELECT s.office_id, s.administration_id,
               min(happened_at) FILTER (WHERE begins) AS begun_at,
               (array_agg(user_id ORDER BY happened_at, id) FILTER (WHERE begins))[1] AS begun_by,
               min(happened_at) FILTER (WHERE NOT begins) AS stopped_at
          FROM steps s WHERE ends = 0
         GROUP BY s.office_id, s.administration_id, connection_id, stops
        HAVING bool_or(begins)
    ), days AS (
        SELECT s.*, (begun_at AT TIME ZONE 'Europe/Amsterdam')::date AS first_day,
               CASE WHEN stopped_at IS NULL THEN 'infinity'
                    ELSE greatest((begun_at AT TIME ZONE 'Europe/Amsterdam')::date,
                                  ((stopped_at - interval '1 microsecond')
                                   AT TIME ZONE 'Europe/Amsterdam')::date)
               END AS last_day
          FROM stretches s
    )
    SELECT d.office_id, d.administration_id, m.month,
           min(greatest(d.first_day, m.month)),
           max(least(d.last_day, m.last_day)),
           min(d.begun_at), (array_agg(d.begun_by ORDER BY d.begun_at))[1]
      FROM days d
     CROSS JOIN LATERAL (
         SELECT first::date AS month, (first + interval '1 month - 1 day')::date AS last_day
           FROM generate_series(
                    date_trunc('month', greatest(d.first_day, first_month)::timestamp),
                    least(d.last_day, last_month)::timestamp,
                    interval '1 month') AS first
     ) m
     GROUP BY d.office_id, d.administration_id, m.month
$$
"""

# Statements add up to their lines, closings to their statements. So nothing can be added to what
# was closed either: it would no longer add up.
SUMS = """
CREATE FUNCTION check_closings(closings bigint[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF EXISTS (
        WITH rates AS (
            SELECT l.statement_id, l.vat_percentage, sum(l.amount) AS amount,
                   count(*) AS line_count, count(*) FILTER (WHERE l.kind = 'fee') AS fees
              FROM connections_statementline l JOIN connections_statement s ON s.id = l.statement_id
             WHERE s.closing_id = ANY (closings)
             GROUP BY 1, 2
        ), sums AS (
            SELECT statement_id, sum(amount) AS amount, sum(line_count) AS line_count,
                   sum(fees) AS fees, count(*) AS rates
              FROM rates GROUP BY 1
        ), vats AS (
            SELECT v.statement_id, sum(v.amount) AS vat, count(*) AS vat_rows,
                   count(r.statement_id) AS right_rows
              FROM connections_statementvat v
              JOIN connections_statement s ON s.id = v.statement_id
              LEFT JOIN rates r ON r.statement_id = v.statement_id
                   AND r.vat_percentage = v.percentage AND r.amount = v.base
                   AND v.amount = round(v.base * v.percentage / 100, 2)
             WHERE s.closing_id = ANY (closings)
             GROUP BY 1
        )
        SELECT FROM connections_statement s
          LEFT JOIN sums ON sums.statement_id = s.id LEFT JOIN vats ON vats.statement_id = s.id
         WHERE s.closing_id = ANY (closings)
           AND (s.subtotal, s.vat, s.line_count, s.administrations, sums.rates, sums.rates)
               IS DISTINCT FROM (sums.amount, vats.vat, sums.line_count::int, sums.fees::int,
                                 vats.vat_rows, vats.right_rows)
    ) THEN
        RAISE EXCEPTION 'a statement does not add up'
              USING ERRCODE = 'check_violation', CONSTRAINT = 'statement_adds_up_to_its_lines';
    END IF;
    IF EXISTS (
        SELECT FROM connections_closing c
          LEFT JOIN (SELECT closing_id, sum(subtotal) AS subtotal, sum(vat) AS vat,
                            count(*) AS statements, sum(administrations) AS administrations,
                            sum(line_count - administrations) AS corrections
                       FROM connections_statement WHERE closing_id = ANY (closings) GROUP BY 1) s
            ON s.closing_id = c.id
         WHERE c.id = ANY (closings)
           AND (c.subtotal, c.vat, c.statement_count, c.administrations, c.corrections)
               IS DISTINCT FROM (coalesce(s.subtotal, 0), coalesce(s.vat, 0),
                                 coalesce(s.statements, 0)::int,
                                 coalesce(s.administrations, 0)::int,
                                 coalesce(s.corrections, 0)::int)
    ) THEN
        RAISE EXCEPTION 'a closing does not add up'
              USING ERRCODE = 'check_violation', CONSTRAINT = 'closing_adds_up_to_its_statements';
    END IF;
END $$
"""

# The rows that a command added, looked at once however many there are.
ADDED = """
CREATE FUNCTION check_added_{name}() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM check_closings(ARRAY(SELECT DISTINCT {closing}));
    RETURN NULL;
END $$
"""
OF_STATEMENT = "s.closing_id FROM added a JOIN connections_statement s ON s.id = a.statement_id"
CHECKED = {
    "closing": "id FROM added",
    "statement": "closing_id FROM added",
    "statementvat": OF_STATEMENT,
    "statementline": OF_STATEMENT,
}

# A month is closed when it is over, and none is passed over. What holds for everybody in a closed
# month stays: another price would silently change what each office was told and has agreed to.
ORDER = """
CREATE FUNCTION check_order_of_closings() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF (SELECT max(month) + interval '1 month' <> NEW.month FROM connections_closing) THEN
        RAISE EXCEPTION 'another month is to be closed first'
              USING ERRCODE = 'check_violation', CONSTRAINT = 'months_closed_in_order';
    END IF;
    RETURN NEW;
END $$
"""
KEEP_PRICES = """
CREATE FUNCTION check_no_closed_month() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM connections_closing WHERE month >= NEW.holds_from) THEN
        RAISE EXCEPTION 'that month is closed'
              USING ERRCODE = 'check_violation', CONSTRAINT = 'closed_month_keeps_its_price';
    END IF;
    RETURN NEW;
END $$
"""


def foreign_key(table: str, name: str, here: str, target: str, there: str) -> migrations.RunSQL:
    """A key of several columns."""
    return migrations.RunSQL(
        f"ALTER TABLE {table} ADD CONSTRAINT {name} FOREIGN KEY ({here})"
        f" REFERENCES {target} ({there}) DEFERRABLE INITIALLY DEFERRED",
        f"ALTER TABLE {table} DROP CONSTRAINT {name}",
    )


def trigger(name: str, when: str, table: str, function: str) -> migrations.RunSQL:
    """A trigger; `when` is what stands before its table, `function` what stands behind it."""
    return migrations.RunSQL(
        f"CREATE TRIGGER {name} {when} ON {table} {function}", f"DROP TRIGGER {name} ON {table}"
    )


def billing_security(table: str, read: str) -> migrations.RunSQL:
    """Show rows by a condition, and let the operator alone write, for the owner as well."""
    return migrations.RunSQL(
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;"
        f"CREATE POLICY office_in_scope ON {table} USING ({read}) WITH CHECK ({IS_OPERATOR})",
        f"DROP POLICY office_in_scope ON {table};"
        f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY, DISABLE ROW LEVEL SECURITY",
    )


class Migration(migrations.Migration):
    dependencies = (("connections", "0005_billing"),)

    operations = (
        migrations.RunSQL(FIRST_PRICES, migrations.RunSQL.noop),
        sibling_key("connections_connectionconsent", "connection_id", "connections_connection"),
        foreign_key(
            *("connections_statement", "statement_of_its_closing"),
            *("month, closing_id", "connections_closing", "month, id"),
        ),
        *(
            foreign_key(
                *(table, f"{table}_of_its_office", "office_id, statement_id"),
                *("connections_statement", "office_id, id"),
            )
            for table in ("connections_statementvat", "connections_statementline")
        ),
        migrations.RunSQL(
            "ALTER TABLE connections_closing ADD CONSTRAINT closed_after_the_month CHECK"
            " (closed_at >= (month + interval '1 month') AT TIME ZONE 'Europe/Amsterdam')",
            "ALTER TABLE connections_closing DROP CONSTRAINT closed_after_the_month",
        ),
        migrations.RunSQL(SCOPE, "DROP FUNCTION billing_offices()"),
        security_definer(
            "connected_months(text, boolean, date, date)", CONNECTED_MONTHS, called_by_app=True
        ),
        security_definer("check_closings(bigint[])", SUMS),
        security_definer("check_order_of_closings()", ORDER),
        security_definer("check_no_closed_month()", KEEP_PRICES),
        trigger(
            *("months_closed_in_order", "BEFORE INSERT", "connections_closing"),
            "FOR EACH ROW EXECUTE FUNCTION check_order_of_closings()",
        ),
        *(
            trigger(
                *("closed_month_keeps_its_price", "BEFORE INSERT", table),
                "FOR EACH ROW EXECUTE FUNCTION check_no_closed_month()",
            )
            for table in ("connections_feeprice", "connections_vatrate")
        ),
        *(
            security_definer(f"check_added_{name}()", ADDED.format(name=name, closing=closing))
            for name, closing in CHECKED.items()
        ),
        *(
            trigger(
                *("closing_adds_up", "AFTER INSERT", f"connections_{name}"),
                "REFERENCING NEW TABLE AS added FOR EACH STATEMENT"
                f" EXECUTE FUNCTION check_added_{name}()",
            )
            for name in CHECKED
        ),
        *never_changed(
            "connections_connectionconsent",
            "connections_feeprice",
            "connections_vatrate",
            "connections_closing",
            *OFFICE_TABLES,
        ),
        *row_level_security("connections_connectionconsent"),
        billing_security("connections_closing", IS_OPERATOR),
        *(
            billing_security(
                table,
                f"{IS_OPERATOR} OR office_id = ANY ((SELECT billing_offices())::bigint[])",
            )
            for table in OFFICE_TABLES
        ),
    )
