"""Consent, and who has asked us not to text. Who decided is sealed."""

from collections.abc import Collection
from typing import Final

import sqlalchemy as sa
from sqlmodel import Session, col, select

from bot.domain.consent import LinkConsent, Says, SmsStop, StopState, YouthConsent
from bot.domain.ids import ContactId, NamndId, StaffId, YouthId
from bot.domain.people import World
from storage.repos.chunks import chunks
from storage.tables import LinkConsentRow, SmsStopRow, YouthConsentRow
from storage.vault import Vault

PURPOSE: Final = "reason"  # as the reason of the decision itself
NOBODYS: Final = ""
STOPS: Final[sa.Table] = SmsStopRow.__table__  # type: ignore[attr-defined]

# Made once: every text that leaves asks it, and making a statement costs more than running it.
STOP: Final = (
    sa.select(STOPS)
    .where(
        STOPS.c.contact_id == sa.bindparam("of"),
        STOPS.c.world == sa.bindparam("within"),
        STOPS.c.namnd.in_([sa.bindparam("namnd"), NOBODYS]),
    )
    .order_by(STOPS.c.namnd.desc())
)


class ConsentRows:
    def __init__(self, session: Session, vault: Vault) -> None:
        self._session = session
        self._vault = vault

    def of_youths(self, youths: Collection[YouthId]) -> dict[YouthId, YouthConsent]:
        found: dict[YouthId, YouthConsent] = {}
        for some in chunks(sorted(set(youths))):
            rows = self._session.exec(select(YouthConsentRow).where(col(YouthConsentRow.youth_id).in_(some)))
            found |= {YouthId(row.youth_id): self._youth(row) for row in rows}
        return found

    def save_youth(self, consent: YouthConsent) -> None:
        row = self._session.get(YouthConsentRow, consent.youth_id)
        row = row or YouthConsentRow(youth_id=consent.youth_id, decided_by=b"", recorded_at=consent.recorded_at)
        row.decided_by = self._vault.seal(PURPOSE, consent.decided_by)
        row.decided_on, row.review_on = consent.decided_on, consent.review_on
        row.recorded_by, row.recorded_at = consent.recorded_by, consent.recorded_at
        self._session.add(row)
        self._session.flush()

    def of_links(self, youths: Collection[YouthId]) -> list[LinkConsent]:
        found: list[LinkConsent] = []
        for some in chunks(sorted(set(youths))):
            rows = self._session.exec(
                select(LinkConsentRow)
                .where(col(LinkConsentRow.youth_id).in_(some))
                .order_by(LinkConsentRow.youth_id, LinkConsentRow.contact_id)
            )
            found += [_link(row) for row in rows]
        return found

    def save_link(self, consent: LinkConsent) -> None:
        row = self._session.get(LinkConsentRow, (consent.contact_id, consent.youth_id))
        row = row or LinkConsentRow(
            contact_id=consent.contact_id, youth_id=consent.youth_id, says=Says.UNKNOWN.value, bars_other=False
        )
        row.says, row.said_on, row.bars_other = consent.says.value, consent.said_on, consent.bars_other
        self._session.add(row)
        self._session.flush()

    def stop_of(self, contact_id: ContactId, namnd: NamndId | None, world: World) -> SmsStop | None:
        """Return what the nämnd knows; what was asked for while the number was nobody's goes until it knows more."""
        given = {"of": contact_id, "within": world.value, "namnd": namnd or NOBODYS}
        row = self._session.connection().execute(STOP, given).first()
        if row is None:
            return None
        return SmsStop(
            contact_id,
            NamndId(row.namnd) if row.namnd else None,
            World(row.world),
            StopState(row.state),
            None if row.staff_id is None else StaffId(row.staff_id),
            row.at,
        )

    def save_stop(self, stop: SmsStop) -> None:
        key = (stop.contact_id, stop.namnd or NOBODYS, stop.world.value)
        row = self._session.get(SmsStopRow, key)
        row = row or SmsStopRow(contact_id=key[0], namnd=key[1], world=key[2], state=stop.state.value, at=stop.at)
        row.state, row.staff_id, row.at = stop.state.value, stop.staff_id, stop.at
        self._session.add(row)
        self._session.flush()

    def _youth(self, row: YouthConsentRow) -> YouthConsent:
        return YouthConsent(
            YouthId(row.youth_id),
            self._vault.open(PURPOSE, row.decided_by),
            row.decided_on,
            row.review_on,
            None if row.recorded_by is None else StaffId(row.recorded_by),
            row.recorded_at,
        )


def _link(row: LinkConsentRow) -> LinkConsent:
    return LinkConsent(ContactId(row.contact_id), YouthId(row.youth_id), Says(row.says), row.said_on, row.bars_other)
