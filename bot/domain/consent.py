"""On what ground we may be the first to write, what stands in the way, and who has asked us not to.

None of it stops what comes in: that is received, answered and escalated whatever stands here (facts: law, section 9).
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import Enum

from bot.domain.calendar import next_working_day
from bot.domain.ids import ContactId, NamndId, StaffId, YouthId
from bot.domain.people import AgeBand, Basis, LinkedContact, LinkRole, World, Youth, may_be_enrolled

DAYS_OF_A_MONTH = 30


class Says(str, Enum):
    """What one guardian has said. Two may disagree, and neither speaks for both."""

    UNKNOWN = "unknown"
    GIVEN = "given"
    REFUSED = "refused"


class Barrier(str, Enum):
    """Why we may not be the first to write; each is a key into the texts, which say what to do instead."""

    STOPPED = "unwanted"  # they have asked for it, or their familjebehandlare has
    OTHER_PARENT = "other_parent"  # somebody else who has the care of the child must not be drawn into this
    GUARDIAN_REFUSED = "guardian_refused"
    NO_BASIS = "no_basis"


class StopState(str, Enum):
    """Whether we may text a number unasked. What is asked for in a text counts when a person has confirmed it."""

    OPEN = "open"
    ASKED = "asked"  # they have written that they want no more sms
    STOPPED = "stopped"
    ASKED_AGAIN = "asked_again"  # they have written that we may write again


@dataclass(frozen=True, slots=True)
class ConsentRules:
    """What a municipality has decided: [consent]. The words are by language, as those of the escalation."""

    review_months: int = 6
    stop_words: dict[str, tuple[str, ...]] = field(default_factory=dict)
    start_words: dict[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class YouthConsent:
    """Who consented or decided, and when; and when age and consent are to be asked about again (local days).

    We keep no date of birth, so an age goes stale. `decided_by` names a person outside the program.
    """

    youth_id: YouthId
    decided_by: str = field(repr=False)
    decided_on: date | None
    review_on: date | None
    recorded_by: StaffId | None
    recorded_at: datetime

    @property
    def is_signed(self) -> bool:
        return bool(self.decided_by.strip()) and self.decided_on is not None


@dataclass(frozen=True, slots=True)
class LinkConsent:
    """What goes for one number of a youth. `bars_other`: never contact the other guardian."""

    contact_id: ContactId
    youth_id: YouthId
    says: Says = Says.UNKNOWN
    said_on: date | None = None
    bars_other: bool = False


@dataclass(frozen=True, slots=True)
class SmsStop:
    """Whether a nämnd may text a number unasked. `namnd` None: while the number was nobody's."""

    contact_id: ContactId
    namnd: NamndId | None
    world: World
    state: StopState
    staff_id: StaffId | None
    at: datetime

    @property
    def is_stopped(self) -> bool:
        return self.state in {StopState.STOPPED, StopState.ASKED_AGAIN}

    @property
    def awaits(self) -> bool:
        """Whether a person has yet to confirm what was written."""
        return self.state in {StopState.ASKED, StopState.ASKED_AGAIN}


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known about a youth's consent: the decision, and what goes for each of the numbers."""

    youth: Youth
    decision: YouthConsent | None = None
    links: tuple[LinkConsent, ...] = ()

    @property
    def is_signed(self) -> bool:
        return self.decision is not None and self.decision.is_signed


def why_not_first(contact: LinkedContact, stop: SmsStop | None, standings: Iterable[Standing]) -> Barrier | None:
    """Return why we may not be the first to write to `contact`, as one nämnd knows them; None when we may.

    One youth whose ground carries is enough: a guardian of siblings may be written to about that one.
    """
    if stop is not None and stop.is_stopped:
        return Barrier.STOPPED
    known = {standing.youth.id: standing for standing in standings}
    of_guardian = [known[link.youth.id] for link in contact.links if link.role is LinkRole.GUARDIAN]
    if any(_bars(standing, contact.contact.id) for standing in of_guardian):
        return Barrier.OTHER_PARENT
    missing = [basis_missing(known[link.youth.id]) for link in contact.links]
    return missing[0] if missing and all(missing) else None


def _bars(standing: Standing, contact_id: ContactId) -> bool:
    return any(link.bars_other and link.contact_id != contact_id for link in standing.links)


def basis_missing(standing: Standing) -> Barrier | None:
    """Return why the ground does not carry a first text of ours; None when it does.

    From 15 the young person's own wish is enough (SoL 2025:400 21 kap. 1 §). Below that a guardian who refuses
    outweighs the other's consent, unless it is recorded who decided otherwise, when and why (FB 6 kap. 13 a §).
    """
    youth = standing.youth
    if youth.age_band is AgeBand.FROM_15:
        return None
    if may_be_enrolled(youth.age_band, youth.basis, youth.basis_reason, is_signed=standing.is_signed) is not None:
        return Barrier.NO_BASIS
    says = {link.says for link in standing.links}
    if youth.basis is not Basis.GUARDIAN_CONSENT or Says.REFUSED not in says:
        return None
    is_decided = Says.GIVEN in says and standing.is_signed and bool(youth.basis_reason.strip())
    return None if is_decided else Barrier.GUARDIAN_REFUSED


def in_another_role(consent: LinkConsent) -> LinkConsent:
    """Return what still goes for a number once it turns out to be somebody else's than was written.

    A yes was a guardian's, and is asked for again; what holds us back holds until a person lifts it.
    """
    return replace(consent, says=Says.UNKNOWN, said_on=None) if consent.says is Says.GIVEN else consent


def settled(stop: SmsStop, *, is_meant: bool, by: StaffId, at: datetime) -> SmsStop:
    """Return what goes once a person has confirmed what was written, or said that it was not meant so."""
    wants_stop = stop.state is StopState.ASKED
    state = StopState.STOPPED if wants_stop is is_meant else StopState.OPEN
    return replace(stop, state=state, staff_id=by, at=at)


def review_after(day: date, months: int) -> date:
    """Return the working day on which age and consent are asked about again, about `months` after `day`."""
    return next_working_day(date.fromordinal(day.toordinal() + DAYS_OF_A_MONTH * months))


def review_is_due(youth: Youth, decision: YouthConsent | None, today: date) -> bool:
    """Tell whether somebody must ask again. Whoever is 15 or older does not grow out of a band.

    Of those who were enrolled before it was written down nobody knows when they were last asked.
    """
    if youth.age_band is AgeBand.FROM_15:
        return False
    return decision is None or decision.review_on is None or decision.review_on <= today


@dataclass(frozen=True, slots=True)
class ConsentLink:
    """One number of a youth as *Samtycke och spärrar* shows it."""

    contact_id: ContactId
    name: str
    roles: frozenset[LinkRole]
    language: str
    consent: LinkConsent
    is_stopped: bool


@dataclass(frozen=True, slots=True)
class ConsentPage:
    """What *Samtycke och spärrar* shows of a youth. `version` changes with each time that it is saved."""

    youth: Youth
    namnd_name: str
    decision: YouthConsent | None
    links: tuple[ConsentLink, ...]
    proposed_review: date
    recorded_by: str = ""  # a name
    is_trial: bool = False

    @property
    def version(self) -> str:
        return "" if self.decision is None else self.decision.recorded_at.isoformat()
