"""The table of swaps: what somebody wants to give away of a shift, and what came of it. World time throughout."""

from datetime import datetime

from sqlmodel import Field

from storage.tables.base import Base, one_of, partial

LIVE = "state IN ('open', 'asked')"


class SwapOfferRow(Base, table=True):
    """An offer. The shift may be gone from the rota since."""

    __tablename__ = "swap_offer"
    __table_args__ = (
        one_of("state", "open", "asked", "done", "withdrawn", "refused", "lapsed"),
        partial("ix_swap_offer_live", "ends_at", where=LIVE),
    )

    id: str = Field(primary_key=True)
    shift_id: str
    giver: str = Field(foreign_key="staff.id")
    namnd: str
    starts_at: datetime
    ends_at: datetime
    made_at: datetime
    offered_to: str | None = Field(default=None, foreign_key="staff.id")
    state: str
    taker: str | None = Field(default=None, foreign_key="staff.id")
    declined: str = ""  # ids of staff, separated by spaces
