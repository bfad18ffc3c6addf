"""What *Ändra eller ta bort* shows of somebody who is enrolled, and of what hangs on one of their numbers."""

import hashlib
from dataclasses import dataclass, field

from bot.domain.ids import ContactId
from bot.domain.people import LinkRole, Youth
from bot.domain.retention import LegalHold


@dataclass(frozen=True, slots=True)
class EnrolledNumber:
    """One number of a youth. The counts are of conversations with it, in the youth's nämnd, whose words are there.

    `siblings` are other youths of the nämnd who have the same number; `is_waiting`: somebody has not been answered.
    """

    contact_id: ContactId
    number: str = field(repr=False)  # E.164
    name: str = field(repr=False)
    roles: frozenset[LinkRole]
    language: str
    siblings: int = 0
    conversations: int = 0
    open: int = 0
    is_waiting: bool = False
    seen: tuple[str, ...] = ()  # where its conversations stand: ids and counts

    @property
    def is_shared(self) -> bool:
        """Youth and guardian on one phone: what is said of either cannot be told from the other."""
        return len(self.roles) > 1

    @property
    def version(self) -> str:
        """Changes with whatever a decision to take the number away is made on."""
        return mark(self.contact_id, *sorted(self.roles), str(self.siblings), *self.seen)


@dataclass(frozen=True, slots=True)
class EnrolledPage:
    """One youth as somebody sees them who may change what stands.

    `holds` are those of this youth that the reader may lift; `is_held`: something of it may not be deleted, by
    whatever hold. An enrolment that has ended shows its code and nothing else.
    """

    youth: Youth
    namnd_name: str
    numbers: tuple[EnrolledNumber, ...] = ()
    holds: tuple[LegalHold, ...] = ()
    is_held: bool = False
    may_hold: bool = False

    @property
    def open(self) -> int:
        return sum(number.open for number in self.numbers)

    @property
    def is_waiting(self) -> bool:
        return any(number.is_waiting for number in self.numbers)

    @property
    def version(self) -> str:
        """Changes with each field that can be corrected; says nothing of what stands in it."""
        parts = [self.youth.id, str(self.youth.is_active), self.youth.name, self.youth.age_band.value]
        for number in self.numbers:
            parts += [number.contact_id, number.name, number.language, *sorted(number.roles)]
        return mark(*parts)

    def number(self, contact_id: str) -> EnrolledNumber | None:
        return next((number for number in self.numbers if number.contact_id == contact_id), None)


def mark(*parts: str) -> str:
    """Return a mark of these parts: the same for the same, and nothing that anybody could read."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]
