"""Triggers: what is in the journal can neither be changed nor removed, whoever asks."""

from django.db import migrations

TABLES = ("ledger_transaction", "ledger_entry", "ledger_seal", "ledger_packversion", "people_auditevent")

SQLITE = """
CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table}
BEGIN SELECT RAISE(ABORT, '{table} is append-only: state a correction instead'); END;
"""
SQLITE_DELETE = """
CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table}
BEGIN SELECT RAISE(ABORT, '{table} is append-only: state a correction instead'); END;
"""
POSTGRES_FUNCTION = """
CREATE OR REPLACE FUNCTION yiben_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '% is append-only: state a correction instead', TG_TABLE_NAME; END $$;
"""
POSTGRES = """
CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION yiben_append_only();
"""


def add_triggers(apps, schema_editor):
    """Create the triggers in the dialect of the database at hand."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(POSTGRES_FUNCTION, params=None)
    for table in TABLES:
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(POSTGRES.format(table=table), params=None)
        else:
            schema_editor.execute(SQLITE.format(table=table))
            schema_editor.execute(SQLITE_DELETE.format(table=table))


class Migration(migrations.Migration):
    """After the tables comes their lock."""

    dependencies = [("ledger", "0001_initial"), ("people", "0001_initial")]
    operations = [migrations.RunPython(add_triggers, migrations.RunPython.noop)]
