"""Alembic's entry: runs the migrations on the connection that storage.migrate hands over."""

from alembic import context
from sqlalchemy import Connection, Engine

from storage.tables import Base


def run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=False,
        transaction_per_migration=False,
    )
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if isinstance(given, Connection):
    run(given)
elif isinstance(given, Engine):  # as the migration tests hand over
    with given.connect() as made:
        run(made)
        made.commit()
