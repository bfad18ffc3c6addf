"""Deletes: what was written, then the coded rows, and who somebody was. Whether it may is asked elsewhere."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlmodel import Session

from bot.domain.ids import ContactId, ConversationId, DigestId, NamndId, YouthId, new_id
from bot.domain.retention import SLACK, SMS, Place
from storage.tables import (
    ActionRow,
    ActiveTimeRow,
    BackgroundRow,
    ContactLinkRow,
    ContactRow,
    ConversationRouteRow,
    ConversationRow,
    DeliveryRow,
    DigestRow,
    EndedYouthRow,
    EpisodeNoteRow,
    EpisodeRow,
    EscalationRow,
    EscalationStepRow,
    HeldReplyRow,
    InboxRow,
    JavRow,
    LegalHoldRow,
    LinkConsentRow,
    MessageRow,
    NoteRow,
    OpenViewRow,
    OutboxRow,
    OutwardRow,
    PhoneCallRow,
    PhoneLegRow,
    RetentionWaiverRow,
    SlackPostRow,
    SmsStopRow,
    SummonsMessageRow,
    YouthConsentRow,
    YouthRow,
)
from storage.vault import Vault


def _table(row: Any) -> sa.Table:
    found: sa.Table = row.__table__
    return found


INBOX, OUTBOX, POSTS = _table(InboxRow), _table(OutboxRow), _table(SlackPostRow)
MESSAGES, DELIVERIES, HELD = _table(MessageRow), _table(DeliveryRow), _table(HeldReplyRow)
NOTES, ACTIONS, OUTWARD = _table(NoteRow), _table(ActionRow), _table(OutwardRow)
CONVERSATIONS, EPISODES, DIGESTS = _table(ConversationRow), _table(EpisodeRow), _table(DigestRow)
CONTACTS, LINKS, YOUTHS, ENDED = _table(ContactRow), _table(ContactLinkRow), _table(YouthRow), _table(EndedYouthRow)
STOPS = _table(SmsStopRow)
CALLS, LEGS = _table(PhoneCallRow), _table(PhoneLegRow)
ESCALATIONS, STEPS = _table(EscalationRow), _table(EscalationStepRow)

GONE: Final = "gone"
UNSETTLED: Final = ("due", "sending", "uncertain")
LOOSE: Final = (  # posts about no single conversation
    "digest",
    "addendum",
    "handover",
    "notice",
    "clocks",
    "clock",
    "unit",
)
OF_A_CONVERSATION: Final = (  # in the order in which they can go
    _table(ActionRow),
    _table(NoteRow),
    _table(OutwardRow),
    _table(HeldReplyRow),
    _table(OpenViewRow),
    _table(RetentionWaiverRow),
    _table(LegalHoldRow),
    _table(ConversationRouteRow),
    _table(SlackPostRow),
    _table(EpisodeRow),
)


class ErasingRows:
    def __init__(self, session: Session, vault: Vault) -> None:
        self._session = session
        self._vault = vault

    # --- raw payloads ------------------------------------------------------------

    def empty_inbox(self, before: datetime, limit: int) -> int:
        """Forget what came in raw and was dealt with before that. Its id stays: the provider's list has it still."""
        chosen = self._ids(
            sa.select(INBOX.c.id)
            .where(INBOX.c.state == "done", INBOX.c.done_at <= before)
            .order_by(INBOX.c.id)
            .limit(limit)
        )
        self._do(sa.update(INBOX).where(INBOX.c.id.in_(chosen)).values(state="emptied", raw=self._empty("raw")))
        return len(chosen)

    def drop_emptied(self, before: datetime, limit: int) -> int:
        """Delete what is left of payloads of before that; the provider's list has forgotten them by now."""
        chosen = self._ids(
            sa.select(INBOX.c.id)
            .where(INBOX.c.state == "emptied", INBOX.c.done_at <= before)
            .order_by(INBOX.c.id)
            .limit(limit)
        )
        self._do(sa.delete(INBOX).where(INBOX.c.id.in_(chosen)))
        return len(chosen)

    # --- a conversation ------------------------------------------------------------

    def is_on_the_way(self, conversation_id: ConversationId) -> bool:
        """Tell whether something about a conversation has yet to leave: it would stand there after the deletion."""
        texts = [f"sms:{found}" for found in self._deliveries(conversation_id)]
        is_about_it = sa.or_(OUTBOX.c.lane.in_(self._lanes(conversation_id)), OUTBOX.c.dedupe_key.in_(texts))
        return bool(self._ids(sa.select(OUTBOX.c.id).where(is_about_it, OUTBOX.c.state.in_(UNSETTLED)).limit(1)))

    def places_of(self, conversation_id: ConversationId) -> list[Place]:
        """Return where there is something about a conversation on the other side: our posts, and every sms of it."""
        posts = self._rows(
            sa.select(POSTS.c.channel, POSTS.c.ts).where(
                POSTS.c.conversation_id == conversation_id, POSTS.c.channel.is_not(None), POSTS.c.ts.is_not(None)
            )
        )
        sent = self._rows(  # a card that was posted twice is in the ledger once
            sa.select(OUTBOX.c.provider_id).where(
                OUTBOX.c.lane.in_(self._lanes(conversation_id)), OUTBOX.c.provider_id.is_not(None)
            )
        )
        addresses = dict.fromkeys([f"{row.channel}:{row.ts}" for row in posts] + [row.provider_id for row in sent])
        texts = self._texts(conversation_id)
        return [Place(SLACK, address) for address in addresses] + [Place(SMS, text) for text in texts]

    def redacted(self, row_ids: Collection[str], at: datetime) -> None:
        """Remember that the words of these texts are to be blanked at the provider: ids of both tables."""
        for table in (MESSAGES, DELIVERIES):
            self._do(sa.update(table).where(table.c.id.in_(list(row_ids))).values(redacted_at=at))

    def empty(self, conversation_id: ConversationId, at: datetime) -> int:
        """Delete every word of a conversation; what was coded of it stays. Return how many things held words."""
        of_it = MESSAGES.c.conversation_id == conversation_id
        lanes = self._lanes(conversation_id)
        deliveries = self._deliveries(conversation_id)
        self._empty_raw(self._texts(conversation_id))
        count = self._do(sa.update(MESSAGES).where(of_it).values(body=self._empty("body")))
        nothing = self._empty("note")
        told = NOTES.c.conversation_id == conversation_id
        count += self._do(sa.update(NOTES).where(told).values(came_in=nothing, support=nothing, promised=nothing))
        self._do(sa.update(ACTIONS).where(ACTIONS.c.conversation_id == conversation_id).values(reason=None))
        blank = self._empty("outward")
        self._do(sa.update(OUTWARD).where(OUTWARD.c.conversation_id == conversation_id).values(place=blank, who=blank))
        self._do(sa.update(DELIVERIES).where(DELIVERIES.c.id.in_(deliveries)).values(provider_id=None))
        count += self._do(sa.delete(HELD).where(HELD.c.conversation_id == conversation_id))
        self._drop(_table(OpenViewRow), conversation_id)
        self._drop_escalations(conversation_id)
        self._do(sa.delete(OUTBOX).where(OUTBOX.c.lane.in_(lanes)))
        self._do(sa.delete(OUTBOX).where(OUTBOX.c.dedupe_key.in_([f"sms:{found}" for found in deliveries])))
        self._drop(POSTS, conversation_id)
        self._do(sa.update(CONVERSATIONS).where(CONVERSATIONS.c.id == conversation_id).values(erased_at=at))
        return count

    def drop(self, conversation_id: ConversationId) -> int:
        """Delete what is left of a conversation, the coded rows; return how many."""
        c = CONVERSATIONS.c
        contact_id = self._session.connection().execute(sa.select(c.contact_id).where(c.id == conversation_id)).scalar()
        messages = sa.select(MESSAGES.c.id).where(MESSAGES.c.conversation_id == conversation_id)
        notes = sa.select(NOTES.c.id).where(NOTES.c.conversation_id == conversation_id)
        calls = sa.select(CALLS.c.id).where(CALLS.c.conversation_id == conversation_id)
        self._do(sa.delete(DELIVERIES).where(DELIVERIES.c.message_id.in_(messages)))
        count = self._do(sa.delete(MESSAGES).where(MESSAGES.c.conversation_id == conversation_id))
        self._do(sa.delete(_table(EpisodeNoteRow)).where(_table(EpisodeNoteRow).c.note_id.in_(notes)))
        self._do(sa.delete(LEGS).where(LEGS.c.call_id.in_(calls)))
        count += self._do(sa.delete(CALLS).where(CALLS.c.conversation_id == conversation_id))
        worked = _table(ActiveTimeRow)
        self._do(sa.update(worked).where(worked.c.conversation_id == conversation_id).values(conversation_id=None))
        self._drop_escalations(conversation_id)
        count += sum(self._drop(table, conversation_id) for table in OF_A_CONVERSATION)
        count += self._do(sa.delete(CONVERSATIONS).where(c.id == conversation_id))
        return count + (0 if contact_id is None else self._drop_unused(ContactId(contact_id)))

    # --- posts of ours about no single conversation --------------------------------

    def loose_posts(self, before: datetime, limit: int) -> list[tuple[str, Place]]:
        """Return handovers, additions and notices that were posted before that, with their ids."""
        statement = (
            sa.select(POSTS.c.id, POSTS.c.channel, POSTS.c.ts)
            .where(
                POSTS.c.kind.in_(LOOSE),
                POSTS.c.conversation_id.is_(None),
                POSTS.c.created_at <= before,
                POSTS.c.ts.is_not(None),
            )
            .order_by(POSTS.c.created_at, POSTS.c.id)
            .limit(limit)
        )
        return [(row.id, Place(SLACK, f"{row.channel}:{row.ts}")) for row in self._rows(statement)]

    def forget_posts(self, post_ids: Sequence[str]) -> None:
        """Take posts out of the ledger, and what is left in the outbox about them."""
        self._do(sa.delete(OUTBOX).where(OUTBOX.c.lane.in_([f"post:{post_id}" for post_id in post_ids])))
        self._do(sa.delete(POSTS).where(POSTS.c.id.in_(list(post_ids))))

    def drop_digests(self, namnd: NamndId, before: datetime, limit: int) -> int:
        """Delete the handovers of before that in which nothing stands any more, and that stand nowhere."""
        used = sa.exists(sa.select(EPISODES.c.id).where(EPISODES.c.digest_id == DIGESTS.c.id))
        posted = sa.exists(sa.select(POSTS.c.id).where(POSTS.c.digest_id == DIGESTS.c.id))
        chosen = self._ids(
            sa.select(DIGESTS.c.id)
            .where(DIGESTS.c.namnd == namnd, DIGESTS.c.posted_at <= before, ~used, ~posted)
            .limit(limit)
        )
        return self._do(sa.delete(DIGESTS).where(DIGESTS.c.id.in_([DigestId(found) for found in chosen])))

    # --- who somebody was ------------------------------------------------------------

    def erase_youth(self, youth_id: YouthId, at: datetime) -> int:
        """Delete name, links, background, consent and jäv of somebody; numbers that nothing else needs go too."""
        contacts = self._ids(sa.select(LINKS.c.contact_id).where(LINKS.c.youth_id == youth_id).distinct())
        count = self._do(sa.delete(LINKS).where(LINKS.c.youth_id == youth_id))
        background, jav = _table(BackgroundRow), _table(JavRow)
        count += self._do(sa.delete(background).where(background.c.youth_id == youth_id))
        self._do(sa.delete(jav).where(jav.c.youth_id == youth_id))
        for consent in (_table(YouthConsentRow), _table(LinkConsentRow)):
            count += self._do(sa.delete(consent).where(consent.c.youth_id == youth_id))
        whole = sa.update(YOUTHS).where(YOUTHS.c.id == youth_id)
        count += self._do(whole.values(name=self._empty("name"), basis_reason=None, reference=None, is_active=False))
        ended = sa.update(ENDED).where(ENDED.c.youth_id == youth_id)
        self._do(ended.values(erased_at=at, reference=self._empty("reference")))
        for contact_id in contacts:
            self.forget_number(ContactId(contact_id))
        return count

    def forget_number(self, contact_id: ContactId) -> bool:
        """Delete a number that nobody is linked to and with which nothing that was written is left."""
        c = CONVERSATIONS.c
        linked = sa.select(LINKS.c.youth_id).where(LINKS.c.contact_id == contact_id).limit(1)
        written = sa.select(c.id).where(c.contact_id == contact_id, c.erased_at.is_(None)).limit(1)
        if self._ids(linked) or self._ids(written):
            return False
        nobodys = f"{GONE}:{new_id()}"  # found by its hash like any other, so that keys can be changed
        number, found_by = self._vault.seal("number", nobodys), self._vault.find_hash("number", nobodys)
        values = {"number": number, "number_hash": found_by, "language": "sv", "is_answerable": False}
        self._do(sa.update(CONTACTS).where(CONTACTS.c.id == contact_id).values(**values))
        self._do(sa.delete(STOPS).where(STOPS.c.contact_id == contact_id))
        self._drop_unused(contact_id)
        return True

    # ---------------------------------------------------------------------------------

    def _drop_unused(self, contact_id: ContactId) -> int:
        """Delete a contact that nothing refers to, with calls that belong to no conversation."""
        said = _table(SummonsMessageRow)
        uses = (
            sa.select(LINKS.c.youth_id).where(LINKS.c.contact_id == contact_id),
            sa.select(CONVERSATIONS.c.id).where(CONVERSATIONS.c.contact_id == contact_id),
            sa.select(said.c.message_id).where(said.c.contact_id == contact_id),
        )
        if any(self._ids(use.limit(1)) for use in uses):
            return 0
        calls = sa.select(CALLS.c.id).where(CALLS.c.contact_id == contact_id)
        self._do(sa.delete(LEGS).where(LEGS.c.call_id.in_(calls)))
        count = self._do(sa.delete(CALLS).where(CALLS.c.contact_id == contact_id))
        return count + self._do(sa.delete(CONTACTS).where(CONTACTS.c.id == contact_id))

    def _drop_escalations(self, conversation_id: ConversationId) -> None:
        of_it = sa.select(ESCALATIONS.c.id).where(ESCALATIONS.c.conversation_id == conversation_id)
        self._do(sa.delete(STEPS).where(STEPS.c.escalation_id.in_(of_it)))
        self._drop(ESCALATIONS, conversation_id)

    def _lanes(self, conversation_id: ConversationId) -> list[str]:
        posts = sa.select(POSTS.c.id).where(POSTS.c.conversation_id == conversation_id)
        return [f"post:{found}" for found in self._ids(posts)]

    def _texts(self, conversation_id: ConversationId) -> list[str]:
        """Return the provider's ids of every sms of a conversation, either way."""
        of_it = MESSAGES.c.conversation_id == conversation_id
        came = self._rows(
            sa.select(MESSAGES.c.source).where(of_it, MESSAGES.c.source.like("sms:%"), MESSAGES.c.auto_kind.is_(None))
        )
        left = self._rows(
            sa.select(DELIVERIES.c.provider_id)
            .join(MESSAGES, MESSAGES.c.id == DELIVERIES.c.message_id)
            .where(of_it, DELIVERIES.c.provider_id.is_not(None))
        )
        every = [row.source.removeprefix("sms:") for row in came] + [row.provider_id for row in left]
        return list(dict.fromkeys(every))

    def _empty_raw(self, texts: Sequence[str]) -> None:
        """Forget what came in raw about these, webhooks and reports. What else came in goes by its own time."""
        lanes = [self._vault.lane(f"status:{text}") for text in texts]
        is_theirs = sa.or_(
            sa.and_(INBOX.c.provider == "twilio", INBOX.c.provider_id.in_(list(texts))), INBOX.c.lane.in_(lanes)
        )
        emptied = {"state": "emptied", "raw": self._empty("raw")}
        self._do(sa.update(INBOX).where(INBOX.c.state == "done", is_theirs).values(**emptied))

    def _deliveries(self, conversation_id: ConversationId) -> list[str]:
        of_it = MESSAGES.c.conversation_id == conversation_id
        return self._ids(
            sa.select(DELIVERIES.c.id).join(MESSAGES, MESSAGES.c.id == DELIVERIES.c.message_id).where(of_it)
        )

    def _drop(self, table: sa.Table, conversation_id: ConversationId) -> int:
        return self._do(sa.delete(table).where(table.c.conversation_id == conversation_id))

    def _empty(self, purpose: str) -> bytes:
        return self._vault.seal(purpose, "")

    def _ids(self, statement: sa.Select[Any]) -> list[Any]:
        return list(self._session.connection().execute(statement).scalars())

    def _rows(self, statement: sa.Select[Any]) -> Sequence[sa.Row[Any]]:
        return self._session.connection().execute(statement).all()

    def _do(self, statement: sa.Update | sa.Delete) -> int:
        return int(self._session.connection().execute(statement).rowcount)
