"""An unknown number: hand it over to a nämnd, whose people link it to a youth."""

from dataclasses import replace

from bot.domain.conversation import Conversation, Ground, Route
from bot.domain.errors import AuditEntry, BadInput, Stale
from bot.domain.ids import NamndId, YouthId
from bot.domain.outbound import Priority
from bot.domain.people import LinkRole, World
from bot.domain.secrecy import Act, Denied
from bot.ports import Tx
from bot.services.context import Context
from bot.services.shared.access import actor as load_actor
from bot.services.shared.access import actor_by_slack, ask, contact_of, locked, require
from bot.services.shared.consent import move_wish
from bot.services.shared.episodes import move_to
from bot.services.shared.placing import destination, notice, place, refresh


async def namnder_to_hand_over_to(slack_user_id: str, conversation_id: str, *, ctx: Context) -> list[tuple[str, str]]:
    """Return the nämnder (id, name) that this number's line serves. Raises NotAllowed."""

    def change(tx: Tx) -> list[tuple[str, str]]:
        conversation = locked(tx, conversation_id)
        actor = actor_by_slack(tx, ctx, slack_user_id)
        require(tx, ctx, actor, Act.HAND_OVER, conversation, contact_of(tx, conversation))
        number = ctx.rules.number_for(conversation.our_number)
        return [(namnd, ctx.rules.namnder[namnd].name) for namnd in number.namnder]

    return await ctx.store.write(change)


async def hand_over(slack_user_id: str, conversation_id: str, namnd_id: str, key: str, *, ctx: Context) -> None:
    """Give an unknown number to one nämnd; its team sees it now or when the office opens.

    The person on duty keeps it for the rest of the shift when their nämnd answers for the chosen one.
    Raises NotAllowed, BadInput, or Stale when it has been handed over already.
    """

    def change(tx: Tx) -> None:
        conversation = locked(tx, conversation_id)
        actor = actor_by_slack(tx, ctx, slack_user_id)
        contact = contact_of(tx, conversation)
        require(tx, ctx, actor, Act.HAND_OVER, conversation, contact)
        if not tx.once("hand_over", key):
            return
        if conversation.namnd is not None and not conversation.is_namnd_open:
            raise Stale
        namnd = NamndId(namnd_id)
        if namnd not in ctx.rules.number_for(conversation.our_number).namnder:
            raise BadInput({"namnd": "pick_namnd"})
        _close_twin(tx, ctx, conversation, namnd)
        changed = replace(conversation.unsee(), namnd=namnd)
        changed = changed.routed(Route(ctx.clock.now(), Ground.HANDED_OVER))
        tx.conversations.save(changed)
        move_to(tx, ctx, changed)
        where = destination(tx, ctx, changed, contact)
        changed = place(tx, ctx, changed, where, ping=False)
        team = f"channel:{ctx.rules.namnder[namnd].team_channel}"
        tx.posts.ensure_card(changed.id, team)  # whatever the hour, the nämnd's own people find it there
        tx.conversations.save(changed)
        refresh(tx, changed)
        tx.audit.record(
            AuditEntry(
                actor.staff.id, "handed_over", f"conversation:{changed.id}", "unknown", namnd, world=changed.world
            )
        )

    await ctx.store.write(change)


def _close_twin(tx: Tx, ctx: Context, conversation: Conversation, namnd: NamndId) -> None:
    """Close the answered conversation that the same contact has open there; one that waits is never closed unseen."""
    twin = tx.conversations.latest(conversation.contact_id, namnd, World.BEREDSKAP)
    if twin is None or not twin.is_open or twin.id == conversation.id:
        return
    if twin.is_unanswered:
        raise BadInput({"namnd": "twin_waits"})
    tx.conversations.save(twin.close(at=ctx.clock.now()))
    refresh(tx, twin)


async def youths_to_link(slack_user_id: str, conversation_id: str, *, ctx: Context) -> list[tuple[str, str]]:
    """Return the nämnd's youths (id, name) that the number may be linked to. Raises NotAllowed."""

    def change(tx: Tx) -> list[tuple[str, str]]:
        conversation = locked(tx, conversation_id)
        actor = actor_by_slack(tx, ctx, slack_user_id)
        require(tx, ctx, actor, Act.LINK, conversation, contact_of(tx, conversation))
        if conversation.namnd is None:
            raise Stale
        youths = [y for y in tx.people.youths_of(conversation.namnd) if actor.staff.id not in y.jav]
        return sorted(((str(y.id), y.name) for y in youths), key=lambda pair: pair[1])

    return await ctx.store.write(change)


async def link_number(
    slack_user_id: str, conversation_id: str, youth_id: str, role: LinkRole, name: str, key: str, *, ctx: Context
) -> None:
    """Tie the number of a conversation to a youth of its nämnd. Raises NotAllowed, BadInput or Stale."""

    def change(tx: Tx) -> None:
        conversation = locked(tx, conversation_id)
        actor = actor_by_slack(tx, ctx, slack_user_id)
        contact = contact_of(tx, conversation)
        require(tx, ctx, actor, Act.LINK, conversation, contact)
        if not tx.once("link", key):
            return
        if contact.role is not None:
            raise Stale  # a colleague was first
        youth = tx.people.youth(YouthId(youth_id))
        if youth is None or youth.namnd != conversation.namnd or actor.staff.id in youth.jav:
            raise BadInput({"youth": "pick_youth"})
        shown = name.strip() or (youth.name if role is LinkRole.YOUTH else "")
        if not shown:
            raise BadInput({"name": "name_missing"})
        tx.people.link(contact.contact.id, youth.id, role, shown)
        tx.audit.record(AuditEntry(actor.staff.id, "linked", f"contact:{contact.contact.id}", role.value, youth.namnd))
        refresh(tx, conversation)
        linked = contact_of(tx, conversation)
        for staff_id in {route.staff_id for route in conversation.routes if route.staff_id is not None}:
            person = tx.staff.get(staff_id)
            if person is None or staff_id == actor.staff.id:
                continue
            if isinstance(ask(tx, ctx, load_actor(tx, ctx, person), Act.SEE_STATE, conversation, linked), Denied):
                continue  # that an unknown number became a case is for those who may know the case
            notice(tx, staff_id, "number_linked", dedupe=f"linked:{key}", priority=Priority.LOW, code=youth.case_code)

    await ctx.store.write(change)


async def pick_namnd(slack_user_id: str, conversation_id: str, namnd_id: str, key: str, *, ctx: Context) -> None:
    """A contact known in several nämnder: the person on duty says which one this conversation belongs to.

    Only among those they answer for now. Raises NotAllowed, BadInput or Stale.
    """

    def change(tx: Tx) -> None:
        conversation = locked(tx, conversation_id)
        actor = actor_by_slack(tx, ctx, slack_user_id)
        require(tx, ctx, actor, Act.READ, conversation, contact_of(tx, conversation))
        if not tx.once("click", key):
            return
        if not conversation.is_namnd_open:
            raise Stale
        namnd = NamndId(namnd_id)
        if namnd not in tx.people.contact(conversation.contact_id).namnder or namnd not in actor.duty_namnder:
            raise BadInput({"namnd": "pick_namnd"})
        if namnd != conversation.namnd:
            _close_twin(tx, ctx, conversation, namnd)
        move_wish(tx, conversation.contact_id, conversation.namnd, namnd)
        changed = replace(conversation, namnd=namnd, is_namnd_open=False, concerns=frozenset())
        tx.conversations.save(changed)
        move_to(tx, ctx, changed)
        tx.audit.record(
            AuditEntry(
                actor.staff.id, "picked_namnd", f"conversation:{changed.id}", "on_duty", namnd, world=changed.world
            )
        )
        refresh(tx, changed)

    await ctx.store.write(change)


async def mark_concerns(slack_user_id: str, conversation_id: str, youth_ids: list[str], *, ctx: Context) -> None:
    """Siblings under one guardian: say whom the conversation concerns. Raises NotAllowed."""

    def change(tx: Tx) -> None:
        conversation = locked(tx, conversation_id)
        actor = actor_by_slack(tx, ctx, slack_user_id)
        contact = contact_of(tx, conversation)
        require(tx, ctx, actor, Act.NOTE, conversation, contact)
        known = {link.youth.id for link in contact.links}
        chosen = frozenset(YouthId(y) for y in youth_ids) & known
        tx.conversations.save(replace(conversation, concerns=chosen))
        refresh(tx, conversation)

    await ctx.store.write(change)
