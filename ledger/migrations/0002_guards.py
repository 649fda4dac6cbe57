"""What the database guarantees of the books, whoever writes.

An entry is inserted as a draft, gets its lines, and is sealed by one change of state. The seal
checks balance, dates and period, gives the number and the time, and from then on nothing of the
entry changes. Lines enter drafts only and no draft survives its transaction, so one sum per entry
at the seal decides, and one at commit is the second lock on the same door.

The functions that sum or number are SECURITY DEFINER: under row-level security they would else see
only what their caller's scope shows, and the sum over nothing is in balance.
"""

from django.db import migrations

from finmaster.postgres import never_changed, row_level_security, security_definer, sibling_key

CHECK_BALANCE = """
CREATE FUNCTION check_entry_balances(entry bigint, expected_lines integer, expected_total numeric)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    lines bigint;
    debits numeric;
    credits numeric;
BEGIN
    SELECT count(*), coalesce(sum(debit), 0), coalesce(sum(credit), 0)
      INTO lines, debits, credits
      FROM ledger_journalline WHERE entry_id = entry;
    IF lines < 2 THEN
        RAISE EXCEPTION 'entry % has % lines', entry, lines
              USING ERRCODE = 'check_violation', CONSTRAINT = 'entry_has_two_lines';
    END IF;
    IF debits <> credits THEN
        RAISE EXCEPTION 'entry % differs by %', entry, debits - credits
              USING ERRCODE = 'check_violation', CONSTRAINT = 'entry_balances';
    END IF;
    IF lines <> expected_lines OR debits <> expected_total THEN
        RAISE EXCEPTION 'entry % does not hold the lines that its header names', entry
              USING ERRCODE = 'check_violation', CONSTRAINT = 'entry_header_matches_lines';
    END IF;
END $$
"""

# The lock holds the period open until the entry is committed, whoever closes it meanwhile.
CHECK_PERIOD = """
CREATE FUNCTION check_entry_period(period bigint, booked_on date)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    found record;
BEGIN
    SELECT p.starts_on, p.ends_on, p.closed_at IS NULL AND y.closed_at IS NULL AS is_open
      INTO found
      FROM ledger_period p JOIN ledger_fiscalyear y ON y.id = p.fiscal_year_id
     WHERE p.id = period
       FOR SHARE OF p, y;
    IF booked_on NOT BETWEEN found.starts_on AND found.ends_on THEN
        RAISE EXCEPTION 'the booking date % lies outside its period', booked_on
              USING ERRCODE = 'check_violation', CONSTRAINT = 'entry_date_in_period';
    END IF;
    IF NOT found.is_open THEN
        RAISE EXCEPTION 'the period of % is closed', booked_on
              USING ERRCODE = 'check_violation', CONSTRAINT = 'entry_period_is_open';
    END IF;
END $$
"""

CHECK_REVERSAL = """
CREATE FUNCTION check_entry_mirrors(entry bigint, original bigint)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM ledger_journalentry
                    WHERE id = original AND state = 'posted' AND reverses_id IS NULL) THEN
        RAISE EXCEPTION 'entry % can not be reversed', original
              USING ERRCODE = 'check_violation', CONSTRAINT = 'entry_reverses_an_original';
    END IF;
    IF (SELECT booked_on FROM ledger_journalentry WHERE id = entry)
     < (SELECT booked_on FROM ledger_journalentry WHERE id = original) THEN
        RAISE EXCEPTION 'entry % is dated before %, which it reverses', entry, original
              USING ERRCODE = 'check_violation', CONSTRAINT = 'entry_reversed_not_before';
    END IF;
    IF EXISTS (
        SELECT number, account_id, cost_center_id, cost_unit_id, debit, credit
          FROM ledger_journalline WHERE entry_id = entry
        EXCEPT
        SELECT number, account_id, cost_center_id, cost_unit_id, credit, debit
          FROM ledger_journalline WHERE entry_id = original
    ) OR (SELECT count(*) FROM ledger_journalline WHERE entry_id = entry)
      <> (SELECT count(*) FROM ledger_journalline WHERE entry_id = original) THEN
        RAISE EXCEPTION 'entry % is not the mirror of %', entry, original
              USING ERRCODE = 'check_violation', CONSTRAINT = 'entry_mirrors_its_original';
    END IF;
END $$
"""

NEXT_NUMBER = """
CREATE FUNCTION next_entry_number(administration bigint, journal bigint, fiscal_year bigint)
RETURNS integer LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    INSERT INTO ledger_numberseries AS series
           (administration_id, journal_id, fiscal_year_id, last_number)
    VALUES (administration, journal, fiscal_year, 1)
    ON CONFLICT ON CONSTRAINT number_series_once
    DO UPDATE SET last_number = series.last_number + 1
    RETURNING last_number
$$
"""

# The number comes last: its row is the one that concurrent bookings in a journal wait for.
SEAL = """
CREATE FUNCTION seal_entry() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    expected ledger_journalentry := OLD;
BEGIN
    IF OLD.state <> 'draft' THEN
        RAISE EXCEPTION 'entry % is posted', OLD.id
              USING ERRCODE = 'restrict_violation', CONSTRAINT = 'entry_is_final';
    END IF;
    expected.state := 'posted';
    IF NEW IS DISTINCT FROM expected THEN
        RAISE EXCEPTION 'entry % can only be sealed', OLD.id
              USING ERRCODE = 'restrict_violation', CONSTRAINT = 'entry_is_only_sealed';
    END IF;
    PERFORM check_entry_balances(NEW.id, NEW.line_count, NEW.total);
    PERFORM check_entry_period(NEW.period_id, NEW.booked_on);
    IF NEW.reverses_id IS NOT NULL THEN
        PERFORM check_entry_mirrors(NEW.id, NEW.reverses_id);
    END IF;
    NEW.number := next_entry_number(NEW.administration_id, NEW.journal_id, NEW.fiscal_year_id);
    NEW.posted_at := clock_timestamp();
    RETURN NEW;
END $$
"""

INSERT_DRAFT = """
CREATE FUNCTION insert_entry_as_draft() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.state <> 'draft' THEN
        RAISE EXCEPTION 'an entry begins as a draft'
              USING ERRCODE = 'restrict_violation', CONSTRAINT = 'entry_begins_as_draft';
    END IF;
    RETURN NEW;
END $$
"""

SEALED_AT_COMMIT = """
CREATE FUNCTION check_entry_is_sealed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    entry ledger_journalentry;
BEGIN
    SELECT * INTO entry FROM ledger_journalentry WHERE id = NEW.id;
    IF entry.state <> 'posted' THEN
        RAISE EXCEPTION 'entry % is still a draft', NEW.id
              USING ERRCODE = 'check_violation', CONSTRAINT = 'entry_is_sealed';
    END IF;
    PERFORM check_entry_balances(entry.id, entry.line_count, entry.total);
    RETURN NULL;
END $$
"""

LINES_INTO_DRAFTS = """
CREATE FUNCTION check_lines_enter_drafts() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF EXISTS (
        SELECT FROM (SELECT DISTINCT entry_id FROM inserted) i
          LEFT JOIN ledger_journalentry e ON e.id = i.entry_id AND e.state = 'draft'
         WHERE e.id IS NULL
    ) THEN
        RAISE EXCEPTION 'a line can only be added to a draft'
              USING ERRCODE = 'restrict_violation', CONSTRAINT = 'line_enters_a_draft';
    END IF;
    RETURN NULL;
END $$
"""

# An entry is numbered in the year of its period, so a period may not stray from its year, nor
# leave entries behind. A change is seen by its own administration only, and so are its siblings.
# The time of closing is taken here, after the wait for entries that are under way: the caller's
# would lie before the time of their posting.
CALENDAR = """
CREATE FUNCTION check_period_in_fiscal_year() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM ledger_fiscalyear y WHERE y.id = NEW.fiscal_year_id
                  AND NOT (NEW.starts_on >= y.starts_on AND NEW.ends_on <= y.ends_on)) THEN
        RAISE EXCEPTION 'period % lies outside its fiscal year', NEW.number
              USING ERRCODE = 'check_violation', CONSTRAINT = TG_NAME;
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION check_fiscal_year_holds_periods() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM ledger_period p WHERE p.fiscal_year_id = NEW.id
                  AND NOT (p.starts_on >= NEW.starts_on AND p.ends_on <= NEW.ends_on)) THEN
        RAISE EXCEPTION 'fiscal year % leaves out a period', NEW.label
              USING ERRCODE = 'check_violation', CONSTRAINT = TG_NAME;
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION check_period_holds_entries() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM ledger_journalentry e WHERE e.period_id = NEW.id
                  AND e.booked_on NOT BETWEEN NEW.starts_on AND NEW.ends_on) THEN
        RAISE EXCEPTION 'period % leaves out an entry', NEW.number
              USING ERRCODE = 'check_violation', CONSTRAINT = TG_NAME;
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION stamp_closing() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.closed_at IS NOT NULL AND NEW.closed_at IS DISTINCT FROM OLD.closed_at THEN
        NEW.closed_at := clock_timestamp();
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER period_closes_now BEFORE UPDATE OF closed_at ON ledger_period
    FOR EACH ROW EXECUTE FUNCTION stamp_closing();
CREATE TRIGGER fiscal_year_closes_now BEFORE UPDATE OF closed_at ON ledger_fiscalyear
    FOR EACH ROW EXECUTE FUNCTION stamp_closing();
CREATE TRIGGER period_lies_in_its_fiscal_year BEFORE INSERT OR UPDATE ON ledger_period
    FOR EACH ROW EXECUTE FUNCTION check_period_in_fiscal_year();
CREATE TRIGGER fiscal_year_holds_its_periods BEFORE UPDATE ON ledger_fiscalyear
    FOR EACH ROW EXECUTE FUNCTION check_fiscal_year_holds_periods();
CREATE TRIGGER period_holds_its_entries BEFORE UPDATE OF starts_on, ends_on ON ledger_period
    FOR EACH ROW EXECUTE FUNCTION check_period_holds_entries()
"""

NO_CALENDAR = """
DROP TRIGGER fiscal_year_closes_now ON ledger_fiscalyear;
DROP TRIGGER period_closes_now ON ledger_period;
DROP TRIGGER period_holds_its_entries ON ledger_period;
DROP TRIGGER fiscal_year_holds_its_periods ON ledger_fiscalyear;
DROP TRIGGER period_lies_in_its_fiscal_year ON ledger_period;
DROP FUNCTION stamp_closing();
DROP FUNCTION check_period_holds_entries();
DROP FUNCTION check_fiscal_year_holds_periods();
DROP FUNCTION check_period_in_fiscal_year()
"""

ENTRY_TRIGGERS = """
CREATE TRIGGER entry_begins_as_draft BEFORE INSERT ON ledger_journalentry
    FOR EACH ROW EXECUTE FUNCTION insert_entry_as_draft();
CREATE TRIGGER entry_is_sealed_once BEFORE UPDATE ON ledger_journalentry
    FOR EACH ROW EXECUTE FUNCTION seal_entry();
CREATE TRIGGER entry_is_never_deleted BEFORE DELETE ON ledger_journalentry
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER entries_are_never_emptied BEFORE TRUNCATE ON ledger_journalentry
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE CONSTRAINT TRIGGER entry_is_sealed AFTER INSERT ON ledger_journalentry
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION check_entry_is_sealed();
CREATE TRIGGER line_enters_a_draft AFTER INSERT ON ledger_journalline
    REFERENCING NEW TABLE AS inserted
    FOR EACH STATEMENT EXECUTE FUNCTION check_lines_enter_drafts()
"""

NO_ENTRY_TRIGGERS = """
DROP TRIGGER entry_begins_as_draft ON ledger_journalentry;
DROP TRIGGER entry_is_sealed_once ON ledger_journalentry;
DROP TRIGGER entry_is_never_deleted ON ledger_journalentry;
DROP TRIGGER entries_are_never_emptied ON ledger_journalentry;
DROP TRIGGER entry_is_sealed ON ledger_journalentry;
DROP TRIGGER line_enters_a_draft ON ledger_journalline
"""

# Column by column: the application may seal an entry and nothing else.
RIGHTS = """
REVOKE UPDATE, DELETE, TRUNCATE ON ledger_journalentry FROM finmaster_app;
GRANT UPDATE (state) ON ledger_journalentry TO finmaster_app;
REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON ledger_numberseries FROM finmaster_app;
GRANT INSERT, UPDATE ON ledger_numberseries TO finmaster_check;
GRANT UPDATE (closed_at) ON ledger_period, ledger_fiscalyear TO finmaster_check;
GRANT USAGE ON SEQUENCE ledger_numberseries_id_seq TO finmaster_check
"""

NO_RIGHTS = """
REVOKE UPDATE (closed_at) ON ledger_period, ledger_fiscalyear FROM finmaster_check;
GRANT UPDATE, DELETE ON ledger_journalentry TO finmaster_app;
GRANT INSERT, UPDATE, DELETE ON ledger_numberseries TO finmaster_app
"""

# Ranges in a GiST index compare by overlap without an extension, the id as a range of one.
NO_OVERLAP = """
ALTER TABLE {table} ADD CONSTRAINT {name} EXCLUDE USING gist (
    int8range(administration_id, administration_id, '[]') WITH &&,
    daterange(starts_on, ends_on, '[]') WITH &&)
"""


def no_overlap(table: str, name: str) -> migrations.RunSQL:
    """No two rows of an administration cover the same day."""
    return migrations.RunSQL(
        NO_OVERLAP.format(table=table, name=name), f"ALTER TABLE {table} DROP CONSTRAINT {name}"
    )


class Migration(migrations.Migration):
    dependencies = (("ledger", "0001_initial"), ("finmaster", "0002_scope"))

    operations = (
        sibling_key("ledger_period", "fiscal_year_id", "ledger_fiscalyear"),
        sibling_key("ledger_numberseries", "journal_id", "ledger_journal"),
        sibling_key("ledger_numberseries", "fiscal_year_id", "ledger_fiscalyear"),
        sibling_key("ledger_journalentry", "journal_id", "ledger_journal"),
        sibling_key("ledger_journalentry", "fiscal_year_id", "ledger_fiscalyear"),
        sibling_key(
            "ledger_journalentry",
            "period_id",
            "ledger_period",
            also=(("fiscal_year_id", "fiscal_year_id"),),
        ),
        sibling_key("ledger_journalentry", "reverses_id", "ledger_journalentry"),
        sibling_key("ledger_journalline", "entry_id", "ledger_journalentry"),
        sibling_key("ledger_journalline", "account_id", "ledger_account"),
        sibling_key("ledger_journalline", "cost_center_id", "ledger_costcenter"),
        sibling_key("ledger_journalline", "cost_unit_id", "ledger_costunit"),
        no_overlap("ledger_fiscalyear", "fiscal_years_do_not_overlap"),
        no_overlap("ledger_period", "periods_do_not_overlap"),
        security_definer("check_entry_balances(bigint, integer, numeric)", CHECK_BALANCE),
        security_definer("check_entry_period(bigint, date)", CHECK_PERIOD),
        security_definer("check_entry_mirrors(bigint, bigint)", CHECK_REVERSAL),
        security_definer("next_entry_number(bigint, bigint, bigint)", NEXT_NUMBER),
        security_definer("seal_entry()", SEAL),
        security_definer("check_entry_is_sealed()", SEALED_AT_COMMIT),
        security_definer("check_lines_enter_drafts()", LINES_INTO_DRAFTS),
        migrations.RunSQL(INSERT_DRAFT, "DROP FUNCTION insert_entry_as_draft()"),
        migrations.RunSQL(ENTRY_TRIGGERS, NO_ENTRY_TRIGGERS),
        migrations.RunSQL(CALENDAR, NO_CALENDAR),
        migrations.RunSQL(RIGHTS, NO_RIGHTS),
        *never_changed("ledger_journalline"),
        *row_level_security(
            "ledger_account",
            "ledger_costcenter",
            "ledger_costunit",
            "ledger_journal",
            "ledger_fiscalyear",
            "ledger_period",
            "ledger_numberseries",
            "ledger_journalentry",
            "ledger_journalline",
        ),
    )
