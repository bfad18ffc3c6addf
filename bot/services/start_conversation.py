"""Nytt sms: begin a conversation with an enrolled contact."""

from dataclasses import dataclass, field, replace

from bot.domain.consent import StopState
from bot.domain.conversation import Conversation, Ground, Route
from bot.domain.errors import AuditEntry, BadInput, CannotText
from bot.domain.ids import ContactId, ConversationId, NamndId, new_id
from bot.domain.people import LinkedContact, LinkRole, Role, World
from bot.domain.secrecy import Act, Actor, Allowed, Subject, may
from bot.ports import Tx
from bot.services.context import Context
from bot.services.reply import clean, require_same, require_textable, say
from bot.services.shared.access import actor_by_slack, require_for, require_namnd
from bot.services.shared.consent import barrier, barrier_lines

WISHES = frozenset(state.value for state in (StopState.ASKED, StopState.ASKED_AGAIN))  # said in the conversation
MOST_CHOICES = 100  # what a Slack menu can hold


@dataclass(frozen=True, slots=True)
class Choice:
    """A contact that the caller may text. `value` is opaque: the contact's and the nämnd's ids.

    `barriers` are keys of what should be known before one writes, or why one may not.
    """

    value: str
    name: str
    role: LinkRole
    youth_name: str
    namnd_name: str
    barriers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NewText:
    """A first text to a contact. `key` makes it happen once."""

    slack_user_id: str
    choice: str
    text: str = field(repr=False)
    key: str


async def find_contacts(slack_user_id: str, wanted: str, *, ctx: Context) -> list[Choice]:
    """Return the contacts that the caller may text now and whose names hold `wanted`, logged as one search."""

    def change(tx: Tx) -> list[Choice]:
        actor = actor_by_slack(tx, ctx, slack_user_id)
        found: list[tuple[Choice, LinkedContact, NamndId]] = []
        namnder = may_start_in(ctx, actor)
        if not namnder:
            require_namnd(tx, ctx, actor, Act.START, next(iter(ctx.rules.namnder)))
        for namnd in namnder:
            tx.audit.record(AuditEntry(actor.staff.id, "search_contacts", f"namnd:{namnd}", "start", namnd))
            for contact in tx.people.contacts_of(namnd):
                if actor.staff.id in contact.jav or not contact.contact.is_answerable:
                    continue
                choices = _choices(ctx, contact, namnd, wanted.casefold())
                found.extend((choice, contact, namnd) for choice in choices)
        found.sort(key=lambda one: (one[0].youth_name, one[0].name))
        return [_with_barriers(tx, *one) for one in found[:MOST_CHOICES]]

    return await ctx.store.write(change)


def may_start_in(ctx: Context, actor: Actor) -> list[NamndId]:
    """Return the nämnder whose contacts the actor may text now."""
    now = ctx.clock.now()
    return [n for n in ctx.rules.namnder if isinstance(may(actor, Act.START, Subject(n), now), Allowed)]


def _choices(ctx: Context, contact: LinkedContact, namnd: NamndId, wanted: str) -> list[Choice]:
    named = [link for link in contact.links if wanted in link.name.casefold() or wanted in link.youth.name.casefold()]
    if not named:
        return []
    youths = ", ".join(sorted({link.youth.name for link in contact.links}))
    first = named[0]
    return [
        Choice(f"{contact.contact.id}:{namnd}", first.name, first.role, youths, ctx.rules.namnder[namnd].short_name)
    ]


def _with_barriers(tx: Tx, choice: Choice, contact: LinkedContact, namnd: NamndId) -> Choice:
    keys = (key for key, _ in barrier_lines(tx, contact, namnd, World.BEREDSKAP))
    return replace(choice, barriers=tuple(dict.fromkeys(key for key in keys if key not in WISHES)))


async def start_conversation(command: NewText, *, ctx: Context) -> str:
    """Send a first text, once; return the conversation's id. An open conversation is continued.

    Raises NotAllowed, BadInput or CannotText.
    """

    def change(tx: Tx) -> str:
        author = actor_by_slack(tx, ctx, command.slack_user_id)
        contact_id, _, namnd_key = command.choice.partition(":")
        namnd = NamndId(namnd_key)
        if namnd not in ctx.rules.namnder:
            raise BadInput({"contact": "pick_contact"})
        contact = tx.people.contact(ContactId(contact_id)).within(namnd)
        if not contact.links:
            raise BadInput({"contact": "pick_contact"})
        subject = Subject(namnd, jav=contact.jav)
        require_for(tx, ctx, author, Act.START, subject, what=f"contact:{contact_id}")
        text = clean(command.text, is_note=False)
        require_textable(ctx, contact)
        in_the_way = barrier(tx, contact, namnd, World.BEREDSKAP)
        if in_the_way is not None:
            raise CannotText(in_the_way.value)
        conversation = _conversation(tx, ctx, contact, namnd)
        if not tx.once("start", command.key):
            require_same(tx, f"start:{command.key}", text)
            return conversation.id
        turn = next((t for t in author.on_duty if namnd in t.answers_for), None)
        route = Route(ctx.clock.now(), Ground.STARTED, author.staff.id, None if turn is None else turn.shift_id)
        conversation = replace(conversation.routed(route), is_namnd_open=False)
        tx.posts.ensure_card(conversation.id, f"staff:{author.staff.id}")
        return say(tx, ctx, conversation, author, text, source=f"start:{command.key}").id

    return await ctx.store.write(change)


def _conversation(tx: Tx, ctx: Context, contact: LinkedContact, namnd: NamndId) -> Conversation:
    found = tx.conversations.latest(contact.contact.id, namnd, World.BEREDSKAP)
    if found is not None and found.is_open:
        return found
    number = next(n for n in ctx.rules.numbers.values() if n.world is World.BEREDSKAP and namnd in n.namnder)
    made = Conversation(
        ConversationId(new_id()),
        contact.contact.id,
        World.BEREDSKAP,
        namnd,
        number.number,
        opened_at=ctx.clock.now(),
    )
    tx.conversations.add(made)
    return made


def may_enrol_in(actor: Actor) -> list[NamndId]:
    """Return the nämnder whose familjebehandlare the actor is: there they may enrol."""
    return sorted(actor.staff.namnder(Role.FAMILJEBEHANDLARE))
