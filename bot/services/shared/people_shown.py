"""Who is on the other end, as modals show them to those who may read."""

from bot.domain.cards import Person
from bot.domain.people import LinkedContact


def people_of(contact: LinkedContact) -> tuple[Person, ...]:
    return tuple(
        Person(link.name, link.role, link.youth.name, link.youth.case_code, link.youth.id) for link in contact.links
    )
