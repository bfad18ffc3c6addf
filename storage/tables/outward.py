"""The table of what whoever has the duty has turned to others with."""

from datetime import datetime

from sqlalchemy import CheckConstraint
from sqlmodel import Field

from storage.tables.base import Base, one_of, sealed


class OutwardRow(Base, table=True):
    """One contact with socialjouren, or one orosanmälan. World time, as whoever did it says."""

    __tablename__ = "outward"
    __table_args__ = (
        one_of("kind", "socialjour", "orosanmalan"),
        CheckConstraint(
            "(kind = 'socialjour' AND outcome IN ('takes_over', 'informed', 'not_reached'))"
            " OR (kind = 'orosanmalan' AND outcome IN ('by_phone', 'by_e_service', 'otherwise'))",
            name="outcome_of_its_kind",
        ),
    )

    id: str = Field(primary_key=True)
    conversation_id: str = Field(foreign_key="conversation.id", index=True)
    episode_id: str = Field(foreign_key="episode.id", index=True)
    namnd: str
    kind: str
    outcome: str
    staff_id: str = Field(foreign_key="staff.id")
    at: datetime
    place: bytes = sealed()
    who: bytes = sealed()
    shift_id: str | None = None
