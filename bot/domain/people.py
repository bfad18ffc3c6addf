"""Who there is: staff, youths, contacts and what ties them together."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import Enum

from bot.domain.ids import ContactId, NamndId, StaffId, YouthId


class World(str, Enum):
    """The two worlds that never mix (see the design: beredskap gives no mandate in myndighet)."""

    BEREDSKAP = "beredskap"
    MYNDIGHET = "myndighet"


class Role(str, Enum):
    """What somebody is employed to do, per nämnd and world."""

    FAMILJEBEHANDLARE = "familjebehandlare"
    HANDLAGGARE = "handlaggare"
    LEADER = "leader"  # beredskapens ledare, or biträdande enhetschef in the world of myndighet
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class StaffRole:
    """A role is held in one nämnd and one world."""

    namnd: NamndId
    world: World
    role: Role


@dataclass(frozen=True, slots=True)
class Staff:
    """A member of staff. `slack_user_id` is None for staff without Slack, who may be backup by call only."""

    id: StaffId
    name: str
    email: str
    slack_user_id: str | None
    roles: frozenset[StaffRole]
    phone: str | None = None  # E.164
    is_phone_verified: bool = False
    is_active: bool = True
    is_refused: bool = False  # Slack says that the account is a guest's, a stranger's, a bot's or closed; see `may`

    def has(self, role: Role, namnd: NamndId | None, world: World = World.BEREDSKAP) -> bool:
        """Tell whether this person holds a role in a nämnd; in no nämnd nobody does."""
        return namnd is not None and StaffRole(namnd, world, role) in self.roles

    def namnder(self, *roles: Role, world: World = World.BEREDSKAP) -> frozenset[NamndId]:
        """Return the nämnder in which this person holds any of `roles`, in `world`."""
        return frozenset(held.namnd for held in self.roles if held.role in roles and held.world is world)


class LinkRole(str, Enum):
    """What a contact is to a youth."""

    YOUTH = "youth"
    GUARDIAN = "guardian"


class Basis(str, Enum):
    """The ground for enrolment (SoL 2025:400 21 kap. 1 and 2 §§; facts: consent by age)."""

    GUARDIAN_CONSENT = "guardian_consent"
    CHILD_CONSENT_21_1 = "child_consent_21_1"  # individually assessed, 12 or older, with the child's consent
    FIFTEEN_OR_OVER = "fifteen_or_over"
    OVERRIDE = "override"  # a handläggare has decided otherwise, with a reason


class AgeBand(str, Enum):
    """The only thing about age that we need."""

    UNDER_12 = "under_12"
    FROM_12_TO_14 = "12_to_14"
    FROM_15 = "15_or_over"


@dataclass(frozen=True, slots=True)
class Youth:
    """A young person who has been enrolled by the home nämnd."""

    id: YouthId
    namnd: NamndId
    case_code: str
    name: str
    age_band: AgeBand
    basis: Basis
    basis_reason: str = ""
    jav: frozenset[StaffId] = field(default_factory=frozenset)  # staff who may not handle this youth
    is_active: bool = True


@dataclass(frozen=True, slots=True)
class Contact:
    """One phone number. `code` is shown in place of it when nobody is linked to it."""

    id: ContactId
    number: str  # E.164, or the raw sender when it is not a phone number
    code: str
    language: str = "sv"
    is_answerable: bool = True  # False for short codes, alphanumeric senders, "anonymous", our own numbers
    is_blocked: bool = False  # by the provider's own state only (Twilio error 21610)


@dataclass(frozen=True, slots=True)
class Link:
    """Ties a number to a youth with a role and the name of the person who holds the phone."""

    contact_id: ContactId
    youth: Youth
    role: LinkRole
    name: str


@dataclass(frozen=True, slots=True)
class LinkedContact:
    """A contact with its links in one or several nämnder. `barred` are staff who may not handle it all the same."""

    contact: Contact
    links: tuple[Link, ...]
    barred: frozenset[StaffId] = frozenset()

    @property
    def namnder(self) -> frozenset[NamndId]:
        return frozenset(link.youth.namnd for link in self.links if link.youth.is_active)

    def served_by(self, namnder: Iterable[NamndId]) -> list[NamndId]:
        """Return those of `namnder` in which the contact has a link, in their order."""
        linked = self.namnder
        return [namnd for namnd in namnder if namnd in linked]

    def within(self, namnd: NamndId | None) -> "LinkedContact":
        """Return the same contact with only the links that nämnd may know of.

        Who is related to a youth stays so when the youth has been ended: what was written is still about them.
        """
        own = [link for link in self.links if link.youth.namnd == namnd]
        ended = frozenset().union(*(link.youth.jav for link in own if not link.youth.is_active))
        kept = tuple(link for link in own if link.youth.is_active)
        return LinkedContact(self.contact, kept, self.barred | ended)

    def as_stranger(self, language: str = "sv") -> "LinkedContact":
        """Return the same contact as the other world knows it: by number, with nobody linked to it.

        `language` is what that world has chosen: that somebody else knows theirs would tell that they are known.
        """
        return LinkedContact(replace(self.contact, language=language), (), self.jav)

    @property
    def is_shared_phone(self) -> bool:
        """Youth and guardian on one number: our own texts then only ask them to call."""
        return len({link.role for link in self.links}) > 1

    @property
    def role(self) -> LinkRole | None:
        """The one role of this contact; None for an unknown number. A shared phone counts as a youth's."""
        roles = {link.role for link in self.links}
        if not roles:
            return None
        return LinkRole.YOUTH if LinkRole.YOUTH in roles else LinkRole.GUARDIAN

    @property
    def codes(self) -> tuple[str, ...]:
        """Case codes of the linked youths, or the contact's own when nobody is linked."""
        return tuple(sorted({link.youth.case_code for link in self.links})) or (self.contact.code,)

    @property
    def jav(self) -> frozenset[StaffId]:
        return self.barred.union(*(link.youth.jav for link in self.links))


def may_be_enrolled(age: AgeBand, basis: Basis, reason: str, *, is_signed: bool) -> str | None:
    """Return None when the basis carries the enrolment, else the key of what is wrong.

    SoL 2025:400 21 kap. 1 §: 12 to 14 with the child's own consent, 15 and over when the young person
    asks or consents; under 12 only with the guardian's consent. An override needs a reason, and `is_signed`: who
    decided, and when. Incoming texts are received, answered and escalated whatever the basis.
    """
    if basis is Basis.OVERRIDE and not reason.strip():
        return "override_needs_reason"
    if basis is Basis.OVERRIDE:
        return None if is_signed else "override_needs_decision"
    if basis is Basis.FIFTEEN_OR_OVER and age is not AgeBand.FROM_15:
        return "under_fifteen"
    if basis is Basis.CHILD_CONSENT_21_1 and age is AgeBand.UNDER_12:
        return "under_twelve"
    return None
