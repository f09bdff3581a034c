"""Alembic's entry: runs the steps on the connection that ``history.door`` hands over."""

from alembic import context

from auditor.history.tables import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    transaction_per_migration=True,
)
with context.begin_transaction():
    context.run_migrations()
