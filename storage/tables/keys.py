"""Tables of the encryption keys: which have been used here, and how far a change of keys has come."""

from datetime import datetime

from sqlalchemy import Column, LargeBinary
from sqlmodel import Field

from storage.tables.base import Base, partial


class EncryptionKeyRow(Base, table=True):
    """A key that something may be sealed with. It is noted before it is used, and never forgotten. Wire time."""

    __tablename__ = "encryption_key"

    key_id: str = Field(primary_key=True)
    check_value: bytes = Field(sa_column=Column(LargeBinary, nullable=False))  # sealed with this key, for ever
    fingerprint: str  # for people; nothing of the key is told by it
    noted_at: datetime


class KeyRotationRow(Base, table=True):
    """One round of sealing everything anew; the running program works on the one that is not finished. World time."""

    __tablename__ = "key_rotation"
    __table_args__ = (partial("uq_key_rotation_open", "to_key", where="finished_at IS NULL", unique=True),)

    id: int | None = Field(default=None, primary_key=True)
    to_key: str
    asked_at: datetime
    moved: int = 0
    stuck: int = 0  # rows that could not be moved, when it was finished
    finished_at: datetime | None = None
