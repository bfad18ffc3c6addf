"""The tables of consent: who decided and when, what goes for each number, and who has asked us not to text."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy import Column, ForeignKey, String
from sqlmodel import Field

from storage.tables.base import Base, one_of, sealed


class YouthConsentRow(Base, table=True):
    """It goes with its youth: nothing of it is kept when the youth is deleted."""

    __tablename__ = "youth_consent"

    youth_id: str = Field(sa_column=Column(String, ForeignKey("youth.id", ondelete="CASCADE"), primary_key=True))
    decided_by: bytes = sealed()
    decided_on: date | None = None
    review_on: date | None = None
    recorded_by: str | None = None
    recorded_at: datetime


class LinkConsentRow(Base, table=True):
    __tablename__ = "link_consent"
    __table_args__ = (one_of("says", "unknown", "given", "refused"),)

    contact_id: str = Field(sa_column=Column(String, ForeignKey("contact.id", ondelete="CASCADE"), primary_key=True))
    youth_id: str = Field(
        sa_column=Column(String, ForeignKey("youth.id", ondelete="CASCADE"), primary_key=True, index=True)
    )
    says: str
    said_on: date | None = None
    bars_other: bool = Field(sa_column=Column(sa.Boolean, nullable=False))


class SmsStopRow(Base, table=True):
    """`namnd` is "" while the number was nobody's."""

    __tablename__ = "sms_stop"
    __table_args__ = (
        one_of("world", "beredskap", "myndighet"),
        one_of("state", "open", "asked", "stopped", "asked_again"),
    )

    contact_id: str = Field(sa_column=Column(String, ForeignKey("contact.id", ondelete="CASCADE"), primary_key=True))
    namnd: str = Field(primary_key=True)
    world: str = Field(primary_key=True)
    state: str
    staff_id: str | None = None
    at: datetime
