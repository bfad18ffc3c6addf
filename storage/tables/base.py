"""What every table has in common: names for its constraints, a CHECK for each state, sealed columns."""

from typing import Any, ClassVar

from sqlalchemy import CheckConstraint, Column, Index, LargeBinary, MetaData, text
from sqlmodel import Field, SQLModel

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(SQLModel):
    """Common metadata with names for every constraint, which Alembic needs."""

    metadata: ClassVar[MetaData] = MetaData(naming_convention=NAMING)


def one_of(column: str, *values: str) -> CheckConstraint:
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=f"{column}_known")


def partial(name: str, *columns: str, where: str, unique: bool = False) -> Index:
    """An index over the rows that `where` is true of. Queries must say `where` in these words, without parameters."""
    return Index(name, *columns, unique=unique, postgresql_where=text(where), sqlite_where=text(where))


def sealed(*, nullable: bool = False) -> Any:
    """A column that holds sealed bytes."""
    return Field(sa_column=Column(LargeBinary, nullable=nullable))
