"""The database's roles and rights, made once by an administrator of the server.

finmaster_owner  owns the tables and runs migrations
finmaster_app    the application: owns nothing, bypasses nothing
finmaster_check  can't log in; owns the functions that must see every administration
finmaster_audit  reads everything and changes nothing: check_books and backups
"""

from psycopg import Connection, sql

ROLES = {
    "finmaster_owner": "LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS",
    "finmaster_app": "LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS",
    "finmaster_check": "NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE BYPASSRLS",
    "finmaster_audit": "LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE BYPASSRLS",
}

# Roles belong to the server, not to a database: two set-ups at once wait for each other.
LOCK = 6_051_870


def create_roles(connection: Connection, passwords: dict[str, str] | None = None) -> None:
    """Make the roles that are missing and set the given passwords (role name -> password)."""
    with connection.transaction(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        cursor.execute("SELECT rolname FROM pg_roles WHERE rolname = ANY(%s)", [list(ROLES)])
        present = {name for (name,) in cursor.fetchall()}
        for name, attributes in ROLES.items():
            verb = "ALTER" if name in present else "CREATE"
            cursor.execute(f"{verb} ROLE {name} {attributes}")
        # The owner hands its checking functions over to finmaster_check.
        cursor.execute("GRANT finmaster_check TO finmaster_owner")
        for name, password in (passwords or {}).items():
            # Hashed here, so that the server's logs never see it.
            hashed = connection.pgconn.encrypt_password(password.encode(), name.encode())
            cursor.execute(
                sql.SQL("ALTER ROLE {} PASSWORD {}").format(
                    sql.Identifier(name), sql.Literal(hashed.decode())
                )
            )


def create_database(connection: Connection, name: str) -> bool:
    """Make the database when it is missing; True when it was made. Needs autocommit."""
    found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone()
    if not found:
        connection.execute(
            sql.SQL("CREATE DATABASE {} OWNER finmaster_owner TEMPLATE template0").format(
                sql.Identifier(name)
            )
        )
    return not found


def grant_rights(connection: Connection) -> None:
    """Rights inside the database of this connection, for tables that exist and that will."""
    database = sql.Identifier(connection.info.dbname)
    with connection.transaction(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        cursor.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(database))
        cursor.execute(
            sql.SQL("GRANT CONNECT ON DATABASE {} TO finmaster_app, finmaster_audit").format(
                database
            )
        )
        cursor.execute(
            """
            REVOKE ALL ON SCHEMA public FROM PUBLIC;
            ALTER SCHEMA public OWNER TO finmaster_owner;
            GRANT USAGE ON SCHEMA public TO finmaster_app, finmaster_audit;
            GRANT USAGE, CREATE ON SCHEMA public TO finmaster_check;
            ALTER DEFAULT PRIVILEGES FOR ROLE finmaster_owner IN SCHEMA public
                GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO finmaster_app;
            ALTER DEFAULT PRIVILEGES FOR ROLE finmaster_owner IN SCHEMA public
                GRANT USAGE, SELECT ON SEQUENCES TO finmaster_app;
            ALTER DEFAULT PRIVILEGES FOR ROLE finmaster_owner IN SCHEMA public
                GRANT SELECT ON TABLES TO finmaster_check, finmaster_audit;
            """
        )
