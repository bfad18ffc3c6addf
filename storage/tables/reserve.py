"""Tables of the reservväg: the way in when Slack is away. World time throughout."""

from datetime import datetime

from sqlalchemy import Column, LargeBinary
from sqlmodel import Field

from storage.tables.base import Base


class StaffPinRow(Base, table=True):
    """The PIN that somebody has chosen in App Home; only a slow hash of it is kept."""

    __tablename__ = "staff_pin"

    staff_id: str = Field(primary_key=True, foreign_key="staff.id")
    pin_hash: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    set_at: datetime
    failures: int = 0  # since the last right one
    locked_until: datetime | None = None


class ReserveLinkRow(Base, table=True):
    """A link that was texted to somebody. It opens once; then a session lives in a cookie."""

    __tablename__ = "reserve_link"

    id: str = Field(primary_key=True)
    staff_id: str = Field(foreign_key="staff.id", index=True)
    token_hash: bytes = Field(sa_column=Column(LargeBinary, nullable=False, unique=True))
    made_at: datetime
    expires_at: datetime
    used_at: datetime | None = None
    failures: int = 0  # wrong PINs
    session_hash: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True, unique=True))
    session_until: datetime | None = None
