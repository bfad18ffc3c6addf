"""Tables of being ready: who has been asked about which shift, and codes to phones. World time throughout."""

from datetime import datetime

from sqlalchemy import Column, LargeBinary
from sqlmodel import Field

from storage.tables.base import Base


class ReadinessRow(Base, table=True):
    """What somebody has been told of a shift, and has said. The shift may be gone from the rota since."""

    __tablename__ = "readiness"

    shift_id: str = Field(primary_key=True)
    staff_id: str = Field(primary_key=True, foreign_key="staff.id")
    starts_at: datetime
    ends_at: datetime = Field(index=True)
    told_first_at: datetime | None = None
    told_last_at: datetime | None = None
    confirmed_at: datetime | None = None
    warned_at: datetime | None = None
    released_at: datetime | None = None
    troubles: str = ""  # codes, separated by spaces


class PhoneCodeRow(Base, table=True):
    """The newest code that was texted to somebody's phone; only a slow hash of it is kept."""

    __tablename__ = "phone_code"

    staff_id: str = Field(primary_key=True, foreign_key="staff.id")
    number_key: str  # stands for the number that it went to
    code_hash: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    made_at: datetime
    failures: int = 0
