"""Mötesläge: the team goes through the handover, one episode at a time; and the same page for one episode alone."""

from dataclasses import replace
from functools import partial

from bot.domain.digest import ActionView, MeetingPage, NoteView, Seen
from bot.domain.errors import AuditEntry, BadInput, NotAllowed, NotFound, Stale
from bot.domain.handover import DigestRecord, Episode, Settled
from bot.domain.ids import ActionTaskId, DigestId, EpisodeId
from bot.domain.notes import Note
from bot.domain.people import LinkedContact, Role
from bot.domain.personnummer import holds_personnummer
from bot.domain.reaction import Action, ActionState, scheduled
from bot.domain.secrecy import Act, Actor, Allowed
from bot.ports import Tx
from bot.services.context import Context
from bot.services.shared.access import actor_by_slack, ask, require, require_namnd
from bot.services.shared.digest_posts import refresh_episode
from bot.services.shared.digest_view import Told, episodes_of, is_newest, owner_kind, row_of, tell
from bot.services.shared.episodes import today
from bot.services.shared.logged import read_logged
from bot.services.shared.people_shown import people_of
from bot.services.shared.placing import notice
from bot.services.shared.view import name_of, outward_views

MOST_STEPS = 300


async def open_meeting(slack_user_id: str, digest_id: str, *, ctx: Context) -> MeetingPage:
    """Return the first step of a handover. Raises NotAllowed, or NotFound when nothing stands in it."""

    def query(tx: Tx) -> MeetingPage:
        digest, reader = _entered(tx, ctx, slack_user_id, digest_id)
        steps = _steps(tx, digest)
        if not steps:
            raise NotFound
        return _page(tx, ctx, reader, _told(tx, steps[0]), digest, steps)

    return await read_logged(query, ctx=ctx)


async def step(slack_user_id: str, digest_id: str, episode_id: str, by: int, *, ctx: Context) -> MeetingPage:
    """Return the step `by` places from an episode: 1 the next, -1 the one before, 0 the same again."""
    query = partial(_step, ctx=ctx, user=slack_user_id, digest=digest_id, at=episode_id, by=by)
    return await read_logged(query, ctx=ctx)


async def open_episode(slack_user_id: str, episode_id: str, *, ctx: Context) -> MeetingPage:
    """Return the page of one episode on its own. Raises NotAllowed or NotFound."""
    return await step(slack_user_id, "", episode_id, 0, ctx=ctx)


def _step(tx: Tx, *, ctx: Context, user: str, digest: str, at: str, by: int) -> MeetingPage:
    if not digest:
        reader = actor_by_slack(tx, ctx, user)
        told = _told(tx, at)
        require(tx, ctx, reader, Act.READ_NOTE, told.conversation, told.contact)
        return _page(tx, ctx, reader, told, None, [told.episode.id])
    record, reader = _entered(tx, ctx, user, digest)
    steps = _steps(tx, record)
    if not steps:
        raise NotFound
    here = next((index for index, episode_id in enumerate(steps) if episode_id == at), 0)
    return _page(tx, ctx, reader, _told(tx, steps[max(0, min(len(steps) - 1, here + by))]), record, steps)


def _entered(tx: Tx, ctx: Context, user: str, digest_id: str) -> tuple[DigestRecord, Actor]:
    record = tx.digests.get(DigestId(digest_id))
    reader = actor_by_slack(tx, ctx, user)
    if record is None:
        raise NotFound
    require_namnd(tx, ctx, reader, Act.SEE_HANDOVER, record.namnd)
    return record, reader


def _steps(tx: Tx, digest: DigestRecord) -> list[EpisodeId]:
    """Return the steps: what must happen that day first, then the rest by time, then what is outside the record.

    The order does not change as things are done: nobody loses their place. Only the step that is shown is composed.
    """
    stands = episodes_of(tx, digest)
    first = tx.episodes.with_action_by([episode.id for episode in stands], digest.day)
    stands.sort(key=lambda episode: (episode.id not in first, episode.first_at, episode.id))
    steps = [episode.id for episode in stands]
    if is_newest(tx, digest):
        left = tx.episodes.not_transferred(digest.namnd, digest.id, limit=MOST_STEPS)
        steps = list(dict.fromkeys([*steps, *(episode.id for episode in left)]))
    return steps[:MOST_STEPS]


def _told(tx: Tx, episode_id: str) -> Told:
    episode = tx.episodes.get(EpisodeId(episode_id))
    told = [] if episode is None else tell(tx, [episode])
    if not told:
        raise NotFound
    return told[0]


def _page(
    tx: Tx, ctx: Context, reader: Actor, told: Told, digest: DigestRecord | None, steps: list[EpisodeId]
) -> MeetingPage:
    """Return one step, its opening logged. Staff who are related to the case see nothing of it."""
    row = row_of(tx, ctx, told, digest)
    empty = MeetingPage(
        digest_id="" if digest is None else digest.id,
        episode_id=told.episode.id,
        namnd_name=ctx.rules.namnder[told.episode.namnd].short_name,
        day=told.episode.day if digest is None else digest.day,
        index=steps.index(told.episode.id) + 1,
        count=len(steps),
        row=row,
        is_trial=ctx.rules.is_trial,
    )
    try:
        require(tx, ctx, reader, Act.READ_NOTE, told.conversation, told.contact)
    except NotAllowed as refusal:
        if refusal.audit is not None:
            tx.audit.record(refusal.audit)
        return replace(empty, refusal=refusal.reason)
    return _filled(tx, ctx, reader, told, empty)


def _filled(tx: Tx, ctx: Context, reader: Actor, told: Told, empty: MeetingPage) -> MeetingPage:
    episode = told.episode
    return replace(
        empty,
        people=people_of(told.contact),
        by=tuple(name_of(tx, staff_id) for staff_id in told.answered.by),
        notes=tuple(note_view(tx, note, told.contact) for note in told.notes),
        outward=outward_views(tx, told.outward),
        actions=tuple(action_view(tx, ctx, action, reader) for action in told.actions),
        reviewed=_seen(tx, episode.reviewed),
        transferred=_seen(tx, episode.transferred),
        may_handle=_may(tx, ctx, reader, Act.HANDLE_ACTION, told),
        may_transfer=_may(tx, ctx, reader, Act.TRANSFER, told),
    )


def _may(tx: Tx, ctx: Context, reader: Actor, act: Act, told: Told) -> bool:
    return isinstance(ask(tx, ctx, reader, act, told.conversation, told.contact), Allowed)


def note_view(tx: Tx, note: Note, contact: LinkedContact) -> NoteView:
    """Return a note as a modal shows it to somebody who may read it."""
    return NoteView(
        author=name_of(tx, note.author),
        at=note.at,
        came_in=note.came_in,
        support=note.support,
        promised=note.promised,
        situation=note.situation,
        code=note.code,
        socialjouren_at=note.socialjouren_at,
        concerns=tuple(dict.fromkeys(link.youth.name for link in contact.links if link.youth.id in note.concerns)),
    )


def action_view(tx: Tx, ctx: Context, action: Action, reader: Actor | None) -> ActionView:
    """Return an action as a modal shows it."""
    return ActionView(
        id=action.id,
        code=action.code,
        due_on=action.due_on,
        owner_kind=owner_kind(action),
        owner=name_of(tx, action.owner),
        state=action.state,
        settled_by=name_of(tx, action.settled_by),
        settled_at=action.settled_at,
        reason=action.reason,
        is_late=action.is_late(today(ctx)),
        is_mine=reader is not None and action.owner == reader.staff.id,
    )


def _seen(tx: Tx, settled: Settled | None) -> Seen | None:
    return None if settled is None else Seen(name_of(tx, settled.by), settled.at, settled.reference)


# --- what can be done ---------------------------------------------------------


async def take_action(slack_user_id: str, action_id: str, key: str, *, ctx: Context) -> None:
    """Jag tar åtgärden. A colleague's is taken over openly: they are told. Taking one's own again is harmless.

    Whoever has the duty for another nämnd keeps what must be done today as the duty's; the rest is the home nämnd's.
    Raises NotAllowed, or Stale when it is settled.
    """

    def change(tx: Tx) -> None:
        action, told, actor = _action(tx, ctx, slack_user_id, action_id)
        if not tx.once("click", key):
            return
        if not action.is_open:
            raise Stale
        if not any(actor.staff.has(role, action.namnd) for role in (Role.FAMILJEBEHANDLARE, Role.LEADER)):
            if action.with_duty:
                return
            what = f"action:{action.id}"
            entry = AuditEntry(actor.staff.id, "take_action", what, "not_home", action.namnd, is_allowed=False)
            raise NotAllowed("not_home", audit=entry)
        _tell_former_owner(tx, action, told, actor)
        taken = action.take(actor.staff.id)
        namnd = ctx.rules.namnder[action.namnd]
        tx.notes.save_action(scheduled(taken, namnd, ctx.clock.now(), ctx.rules.closed_days))
        _changed(tx, actor, told, "took_action")

    await ctx.store.write(change)


def _tell_former_owner(tx: Tx, action: Action, told: Told, actor: Actor) -> None:
    owner = None if action.owner is None else tx.staff.get(action.owner)
    if owner is None or owner.id == actor.staff.id or owner.slack_user_id is None or not owner.is_active:
        return
    if owner.has(Role.FAMILJEBEHANDLARE, action.namnd) and owner.id not in told.contact.jav:
        who = f"<@{actor.staff.slack_user_id}>"
        dedupe = f"over:{action.id}:{actor.staff.id}"
        notice(tx, owner.id, "action_taken_over", dedupe=dedupe, code=told.codes[0], who=who)


async def finish_action(slack_user_id: str, action_id: str, key: str, *, ctx: Context) -> None:
    """Åtgärden är gjord. Raises NotAllowed."""
    await _settle(slack_user_id, action_id, key, ActionState.DONE, "", ctx)


async def drop_action(slack_user_id: str, action_id: str, reason: str, key: str, *, ctx: Context) -> None:
    """Släpp åtgärden, with a reason. Raises NotAllowed or BadInput."""
    if not reason.strip():
        raise BadInput({"reason": "reason_missing"})
    if holds_personnummer(reason):
        raise BadInput({"reason": "personnummer"})
    await _settle(slack_user_id, action_id, key, ActionState.DROPPED, reason.strip(), ctx)


async def _settle(user: str, action_id: str, key: str, state: ActionState, reason: str, ctx: Context) -> None:
    def change(tx: Tx) -> None:
        action, told, actor = _action(tx, ctx, user, action_id)
        if not tx.once("click", key) or not action.is_open:
            return  # a colleague was first, which is just as well
        settled = action.settle(state, actor.staff.id, at=ctx.clock.now(), reason=reason)
        tx.notes.save_action(settled)
        _changed(tx, actor, told, f"action_{state.value}")

    await ctx.store.write(change)


def _action(tx: Tx, ctx: Context, user: str, action_id: str) -> tuple[Action, Told, Actor]:
    actor = actor_by_slack(tx, ctx, user)
    action = tx.notes.action(ActionTaskId(action_id), lock=True)
    episode_id = None if action is None else tx.notes.episode_of_action(action.id)
    if action is None or episode_id is None:
        raise NotFound
    told = _told(tx, episode_id)
    require(tx, ctx, actor, Act.HANDLE_ACTION, told.conversation, told.contact)
    return action, told, actor


async def mark_reviewed(slack_user_id: str, episode_id: str, key: str, *, ctx: Context) -> None:
    """Genomgånget at the meeting. The first one counts. Raises NotAllowed."""

    def change(tx: Tx) -> None:
        told, actor = _own(tx, ctx, slack_user_id, episode_id)
        if not tx.once("click", key) or told.episode.reviewed is not None:
            return
        tx.episodes.save(replace(told.episode, reviewed=Settled(actor.staff.id, ctx.clock.now())))
        _changed(tx, actor, told, "reviewed")

    await ctx.store.write(change)


async def mark_transferred(slack_user_id: str, episode_id: str, reference: str, key: str, *, ctx: Context) -> None:
    """Förd till akten: this episode, and those before it in the same conversation that its text covers.

    Raises NotAllowed, or BadInput when the reference is missing or holds a personnummer.
    """
    if not reference.strip():
        raise BadInput({"reference": "reference_missing"})
    if holds_personnummer(reference):
        raise BadInput({"reference": "personnummer"})

    def change(tx: Tx) -> None:
        told, actor = _own(tx, ctx, slack_user_id, episode_id)
        if not tx.once("click", key):
            return
        settled = Settled(actor.staff.id, ctx.clock.now(), reference.strip())
        for episode in covered(tx, told.episode, lock=True):
            tx.episodes.save(replace(episode, transferred=settled))
        _changed(tx, actor, told, "transferred")

    await ctx.store.write(change)


def covered(tx: Tx, episode: Episode, *, lock: bool = False) -> list[Episode]:
    """Return the episodes that one text for the record covers: those before it that are not there yet, and itself."""
    every = tx.episodes.of_conversation(episode.conversation_id, lock=lock)
    until = (episode.first_at, episode.ordinal)
    return [e for e in every if (e.first_at, e.ordinal) <= until and (e.transferred is None or e.id == episode.id)]


def _own(tx: Tx, ctx: Context, user: str, episode_id: str) -> tuple[Told, Actor]:
    actor = actor_by_slack(tx, ctx, user)
    tx.episodes.get(EpisodeId(episode_id), lock=True)
    told = _told(tx, episode_id)
    require(tx, ctx, actor, Act.TRANSFER, told.conversation, told.contact)
    return told, actor


def _changed(tx: Tx, actor: Actor, told: Told, what: str) -> None:
    subject = f"episode:{told.episode.id}"
    tx.audit.record(AuditEntry(actor.staff.id, what, subject, "handover", told.episode.namnd))
    refresh_episode(tx, told.episode)
