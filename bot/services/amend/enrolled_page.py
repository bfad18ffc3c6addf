"""*Ändra eller ta bort* in Slack: whom somebody may change, and what stands about one of them."""

from bot.domain.conversation import Conversation
from bot.domain.enrolled import EnrolledNumber, EnrolledPage
from bot.domain.errors import NotFound
from bot.domain.ids import NamndId
from bot.domain.people import LinkedContact, LinkRole, Role, World, Youth
from bot.domain.secrecy import Act, Actor, Allowed, Subject, may
from bot.ports import Tx
from bot.services.context import Context
from bot.services.retention.acting import Known, known_in_slack
from bot.services.shared.access import actor, actor_by_slack, require_namnd
from bot.services.shared.episodes import today


def may_amend_in(actor: Actor) -> list[NamndId]:
    """Return the nämnder where the actor may change what stands about the enrolled."""
    return sorted(actor.staff.namnder(Role.FAMILJEBEHANDLARE, Role.LEADER))


async def youths_to_amend(slack_user_id: str, wanted: str, *, ctx: Context) -> list[tuple[str, str]]:
    """Return those (id, words) whom the caller may change and whose name or code holds `wanted`.

    Whoever leads without being the families' own knows the code on the card, and is shown no list of names.
    Raises NotAllowed, logged, for whoever may change nobody.
    """

    def change(tx: Tx) -> list[tuple[str, str]]:
        who = actor_by_slack(tx, ctx, slack_user_id)
        found: list[tuple[str, str]] = []
        for namnd in may_amend_in(who) or sorted(ctx.rules.namnder)[:1]:
            require_namnd(tx, ctx, who, Act.AMEND, namnd)
            knows_names = who.staff.has(Role.FAMILJEBEHANDLARE, namnd)
            for youth in tx.people.youths_of(namnd):
                if isinstance(may(who, Act.AMEND, Subject(namnd, jav=youth.jav), ctx.clock.now()), Allowed):
                    words = f"{youth.name} · {youth.case_code}" if knows_names else youth.case_code
                    found.append((str(youth.id), words))
        return sorted((pair for pair in found if wanted.casefold() in pair[1].casefold()), key=lambda pair: pair[1])

    return await ctx.store.write(change)


async def read_enrolled(slack_user_id: str, youth_id: str, *, ctx: Context) -> EnrolledPage:
    """Return what stands about somebody, for whoever may change it. Raises NotAllowed, logged."""
    return await ctx.store.write(
        lambda tx: page_of(tx, ctx, known_in_slack(tx, ctx, slack_user_id, youth_id, Act.AMEND))
    )


def page_of(tx: Tx, ctx: Context, known: Known) -> EnrolledPage:
    """Return the page, once the rule has been asked."""
    youth = _youth(tx, known)
    namnd_name = ctx.rules.namnder[youth.namnd].short_name
    if not youth.is_active:
        return EnrolledPage(youth, namnd_name)
    held = [tx.conversations.get(found) for found in known.named.conversations]
    conversations = [conversation for conversation in held if conversation is not None]
    numbers = [_number(contact, youth, conversations) for contact in tx.people.contacts_with([], [youth.id])]
    day = today(ctx)
    holds = tuple(hold for hold in tx.retention.holds(youth.namnd, day) if hold.youth_id == youth.id)
    subject = Subject(youth.namnd, jav=youth.jav)
    may_hold = isinstance(may(actor(tx, ctx, known.by), Act.RETAIN, subject, ctx.clock.now()), Allowed)
    return EnrolledPage(
        youth,
        namnd_name,
        tuple(sorted(numbers, key=lambda number: (LinkRole.YOUTH not in number.roles, number.name, number.number))),
        tuple(
            hold for hold in holds if may_hold and hold.world is World.BEREDSKAP
        ),  # the others are of their own leaders
        is_held=bool(holds) or any(tx.retention.is_held(one.id, youth.namnd, day) for one in conversations),
        may_hold=may_hold,
    )


def _youth(tx: Tx, known: Known) -> Youth:
    youth = None if known.named.youth_id is None else tx.people.youth(known.named.youth_id)
    if youth is None:
        raise NotFound
    return youth


def _number(contact: LinkedContact, youth: Youth, conversations: list[Conversation]) -> EnrolledNumber:
    mine = [link for link in contact.links if link.youth.id == youth.id]
    others = {link.youth.id for link in contact.within(youth.namnd).links} - {youth.id}
    theirs = [one for one in conversations if one.contact_id == contact.contact.id]
    return EnrolledNumber(
        contact.contact.id,
        contact.contact.number,
        mine[0].name,
        frozenset(link.role for link in mine),
        contact.contact.language,
        siblings=len(others),
        conversations=len(theirs),
        open=sum(one.is_open for one in theirs),
        is_waiting=any(one.is_open and one.is_unanswered for one in theirs),
        seen=tuple(f"{one.id}:{one.is_open}:{one.last_seq}" for one in theirs),
    )
