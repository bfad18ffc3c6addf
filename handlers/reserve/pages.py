"""What the pages look like: data in, HTML out. Everything fits a narrow phone, and speaks to a screen reader."""

import base64
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from bot.domain.cards import ConversationView, OpenLine, SaidLine, Sender
from bot.domain.consent import StopState
from bot.domain.conversation import Direction
from bot.domain.forms import BackgroundPage
from bot.domain.phone import pretty
from bot.domain.visible import visible
from bot.slack.views.card import failure_text, state_text
from bot.slack.views.note import person_words
from bot.slack.views.outward_words import state_words
from bot.slack.views.thread import media_text
from bot.texts import Texts, long_day, when
from handlers.reserve.markup import Child, Html, joined, tag

ROOT: Final = "/reserv"
STYLE: Final = """
:root { color-scheme: light dark; --back: #f6f5f2; --front: #1b1b1b; --quiet: #57534e; --line: #8a857d;
  --box: #ffffff; --ours: #e3effa; --act: #0b5394; --on-act: #ffffff; --bad: #a61b1b; --new: #7a4a00; }
@media (prefers-color-scheme: dark) { :root { --back: #161514; --front: #f2f0ed; --quiet: #b8b3ab; --line: #7d776f;
  --box: #22201e; --ours: #17303f; --act: #8ec5f4; --on-act: #10202c; --bad: #ff9d94; --new: #ffcf87; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--back); color: var(--front); font: 1.125rem/1.5 system-ui, sans-serif;
  overflow-wrap: anywhere; }
main { max-width: 40rem; margin: 0 auto; padding: 1rem 1rem 3rem; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: .5rem 0; } h2 { font-size: 1.2rem; margin: 1.5rem 0 .5rem; }
p { margin: .5rem 0; } .quiet { color: var(--quiet); font-size: 1rem; } ul { list-style: none; margin: 0; padding: 0; }
a { color: var(--act); } p > a { display: inline-block; padding: .65rem 0; }
label { display: block; font-weight: 600; margin: .75rem 0 .35rem; }
input, textarea, button, .button, .choice { font: inherit; width: 100%; border-radius: .6rem; }
input, textarea { padding: .75rem; border: 2px solid var(--line); background: var(--box); color: var(--front); }
input.pin { font-size: 1.75rem; letter-spacing: .4em; text-align: center; }
textarea { min-height: 9rem; display: block; }
button, .button { display: block; min-height: 3.25rem; margin-top: 1rem; padding: .75rem 1rem; text-align: center;
  text-decoration: none; font-weight: 600; cursor: pointer; border: 2px solid var(--act); background: var(--act);
  color: var(--on-act); }
.second { background: transparent; color: var(--act); }
.choice { display: block; min-height: 3.25rem; margin: .75rem 0; padding: .75rem 1rem; background: var(--box);
  color: var(--front); border: 2px solid var(--line); text-decoration: none; }
.choice strong { display: block; } .choice.waits { border-color: var(--act); border-left-width: .6rem; }
.said { margin: .75rem 0; padding: .6rem .8rem; background: var(--box); border: 1px solid var(--line);
  border-radius: .6rem; }
.said.ours { background: var(--ours); } .said .top { margin: 0; color: var(--quiet); font-size: 1rem; }
.said .body { margin: .25rem 0 0; white-space: pre-wrap; } .said .new { color: var(--new); font-weight: 600; }
.notice { margin: 1rem 0; padding: .6rem .8rem; border: 2px solid var(--line); border-left-width: .6rem;
  border-radius: .6rem; background: var(--box); }
.notice p { margin: 0; } .bad { border-color: var(--bad); } .failed { color: var(--bad); margin: .25rem 0 0; }
.keep { white-space: pre-wrap; }
:focus-visible { outline: 3px solid var(--act); outline-offset: 2px; }
"""
STYLE_HASH: Final = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
PIN_FIELD, TEXT_FIELD = "pin", "text"
PROBLEM_ID, HINT_ID = "fel", "tips"


@dataclass(frozen=True, slots=True)
class Draft:
    """What the answer form holds: what was written, and what makes it happen once."""

    key: str
    last_seen: int
    text: str = field(default="", repr=False)
    warned_of: str = ""
    problem: str = ""
    is_sent: bool = False
    is_calling: bool = False


def page(texts: Texts, title: str, *children: Child) -> Html:
    """Return a whole page. The title says nothing about anybody: it stays in the phone's list of pages."""
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="robots", content="noindex"),
        tag("title", texts.staff("reserve.title")),
        tag("style", Html(STYLE)),
    )
    main = tag("main", tag("h1", title), *children)
    return joined(Html("<!doctype html>"), tag("html", head, tag("body", main), lang="sv"))


def words_page(texts: Texts, title_key: str, words: str, *more: Child) -> Html:
    """Return a page that says something, and perhaps what to do next."""
    return page(texts, texts.staff(title_key), tag("p", words), *more, danger(texts))


def danger(texts: Texts) -> Html:
    return tag("p", texts.staff("reserve.danger"), class_="quiet")


def pin_page(texts: Texts, token: str, problem: str = "") -> Html:
    """Ask for the PIN. Nothing has been used up yet."""
    form = tag(
        "form",
        _problem(texts, problem),
        tag("label", texts.staff("reserve.pin_label"), for_=PIN_FIELD),
        tag(
            "input",
            id=PIN_FIELD,
            name=PIN_FIELD,
            class_="pin",
            type="password",
            inputmode="numeric",
            autocomplete="off",
            maxlength=6,
            required=True,
            autofocus=True,
            aria_describedby=_described(problem),
            aria_invalid="true" if problem else None,
        ),
        tag("p", texts.staff("reserve.pin_hint"), id=HINT_ID, class_="quiet"),
        tag("button", texts.staff("reserve.open"), type="submit"),
        method="post",
        action=f"{ROOT}/{token}",
    )
    intro = tag("p", texts.staff("reserve.intro"))
    forgotten = tag("p", texts.staff("reserve.pin_forgotten"), class_="quiet")
    return page(texts, texts.staff("reserve.title"), intro, form, forgotten, danger(texts))


def no_link_page(texts: Texts, token: str) -> Html:
    """Say that the link is of no use, and offer another."""
    form = tag(
        "form",
        tag("button", texts.staff("reserve.anew"), type="submit", aria_describedby=HINT_ID),
        tag("p", texts.staff("reserve.anew_hint"), id=HINT_ID, class_="quiet"),
        method="post",
        action=f"{ROOT}/{token}/ny",
    )
    return words_page(texts, "reserve.no_link_title", texts.staff("reserve.no_link"), form)


def list_page(texts: Texts, name: str, lines: Iterable[OpenLine], now: datetime, form_token: str) -> Html:
    """List the conversations in sealed words."""
    items = [_line(texts, line, now) for line in lines]
    hint = tag("p", texts.staff("reserve.list_hint" if items else "reserve.list_none"))
    return page(
        texts,
        texts.staff("reserve.list_title"),
        hint,
        tag("ul", *items) if items else None,
        tag("a", texts.staff("reserve.refresh"), href=ROOT, class_="button second"),
        tag("p", texts.staff("reserve.signed_in", name=visible(name)), class_="quiet"),
        _leave(texts, form_token),
        danger(texts),
    )


def _line(texts: Texts, line: OpenLine, now: datetime) -> Html:
    if not line.unanswered or line.since is None:
        state = texts.staff("reserve.list_calm")
    else:
        key = "reserve.list_waiting_one" if line.unanswered == 1 else "reserve.list_waiting_many"
        state = texts.staff(key, count=line.unanswered, since=when(line.since, now))
    sender = texts.staff(f"sender.{line.sender.value}")
    who = texts.staff("reserve.who", sender=sender, namnd=line.namnd_name) if line.namnd_name else sender
    link = tag(
        "a",
        tag("strong", ", ".join(line.codes)),
        tag("span", who),
        tag("br"),
        tag("span", state),
        href=conversation_path(line.conversation_id),
        class_="choice waits" if line.unanswered else "choice",
    )
    return tag("li", link)


def _leave(texts: Texts, form_token: str) -> Html:
    button = tag("button", texts.staff("reserve.leave"), type="submit", class_="second")
    return tag("form", _hidden("form", form_token), button, method="post", action=f"{ROOT}/ut")


def conversation_path(conversation_id: str) -> str:
    return f"{ROOT}/samtal/{conversation_id}"


def conversation_page(texts: Texts, view: ConversationView, draft: Draft, now: datetime, form_token: str) -> Html:
    """Show one conversation, the newest last, and the form to answer with."""
    return page(
        texts,
        texts.staff("reserve.conversation_title", codes=", ".join(view.codes)),
        _back(texts),
        tag("div", tag("p", texts.staff("reserve.sent")), class_="notice", role="status") if draft.is_sent else None,
        tag("div", tag("p", texts.staff("call_page.rings")), class_="notice", role="status")
        if draft.is_calling
        else None,
        *_about(texts, view, now),
        _ring_up(texts, view, draft, form_token),
        tag("h2", texts.staff("reserve.said_title")),
        tag("p", texts.staff("reserve.earlier"), class_="quiet") if view.has_earlier else None,
        *[_said(texts, line, now) for line in view.lines],
        None if view.lines else tag("p", texts.staff("reserve.nobody")),
        tag("a", texts.staff("reserve.refresh"), href=conversation_path(view.conversation_id), class_="button second"),
        tag("h2", texts.staff("reserve.answer_title")),
        _answer(texts, view, draft, form_token),
        _back(texts),
        danger(texts),
    )


def _back(texts: Texts) -> Html:
    return tag("p", tag("a", texts.staff("reserve.back"), href=ROOT))


def _about(texts: Texts, view: ConversationView, now: datetime) -> list[Child]:
    who = [person_words(person, texts) for person in view.people] or [texts.staff("reserve.unknown_person")]
    parts: list[Child] = [tag("p", visible(words)) for words in who]
    parts.append(tag("p", view.namnd_name) if view.namnd_name else None)
    number = visible(view.number)
    if view.can_reply:
        parts.append(tag("a", texts.staff("reserve.call", number=number), href=_tel(number), class_="button second"))
    else:
        parts.append(tag("p", number))
    if view.language != "sv":
        name = texts.language_name(view.language)
        parts.append(tag("p", texts.staff("reserve.language", language=name)))
    parts += _socialjour(texts, view, now)
    warnings = [texts.staff("reserve.shared_warning")] if view.sender is Sender.SHARED else []
    warnings += _barriers(texts, view)
    warnings += [] if view.is_open else [texts.staff("reserve.closed")]
    warnings += [texts.staff("reserve.taken_by", who=view.taken_by)] if view.taken_by else []
    parts += [tag("div", tag("p", words), class_="notice") for words in warnings]
    if view.last_note is not None:
        at = when(view.last_note.at, now)
        top = texts.staff("reserve.promised", who=view.last_note.author, at=at)
        promised = tag("p", visible(view.last_note.promised), class_="keep")
        parts.append(tag("div", tag("p", top, class_="quiet"), promised, class_="notice"))
    youths = {person.youth_id: person.youth_name for person in view.people}
    for youth_id, name in youths.items():
        path = f"{conversation_path(view.conversation_id)}/bakgrund/{youth_id}"
        link = tag("a", texts.staff("reserve.background", name=visible(name)), href=path)
        parts.append(tag("p", link))
    return parts


def _ring_up(texts: Texts, view: ConversationView, draft: Draft, form_token: str) -> Html | None:
    """Return the button that calls by our number: nobody who is called sees whose phone it is."""
    if not view.can_call:
        return None
    return tag(
        "form",
        _hidden("form", form_token),
        _hidden("key", draft.key),
        tag("button", texts.staff("button.ring_up"), type="submit", class_="second"),
        tag("p", texts.staff("reserve.ring_up_hint"), class_="quiet"),
        method="post",
        action=f"{ROOT}/ring/{view.conversation_id}",
    )


def _barriers(texts: Texts, view: ConversationView) -> list[str]:
    """Return what stands in the way of a text. What they may have meant is settled in Slack, where it waits."""
    waits = {StopState.ASKED.value, StopState.ASKED_AGAIN.value}
    lines = [(key, youth) for key, youth in view.barriers if key not in waits]
    return [texts.staff(f"barrier.line_{key}", youth=visible(youth)).replace("*", "") for key, youth in lines]


def _socialjour(texts: Texts, view: ConversationView, now: datetime) -> list[Child]:
    """Say whom to call when a bedömning by socialjouren is needed; that it was done is written down in Slack."""
    if view.socialjour is None:
        return []
    lines = []
    for listing in view.socialjour.listings:
        number, state = pretty(listing.jour.number), state_words(listing, texts, now)
        line = texts.staff("socialjour.listed", name=visible(listing.jour.name), number=number, state=state)
        lines.append(line if listing.is_verified else texts.staff("socialjour.listed_unverified", line=line))
    return [tag("p", line, class_="quiet") for line in lines or [texts.staff("socialjour.listed_none")]]


def _tel(number: str) -> str:
    return "tel:" + "".join(char for char in number if char.isdigit() or char == "+")


def _said(texts: Texts, line: SaidLine, now: datetime) -> Html:
    state = "" if line.sent is None else state_text(line.sent, texts)
    key = {
        Direction.IN: "reserve.line_in_new" if line.is_new else "reserve.line_in",
        Direction.OUT: "reserve.line_out",
        Direction.NOTE: "reserve.line_note",
        Direction.AUTO: "reserve.line_auto",
    }[line.direction]
    top = texts.staff(key, who=visible(line.who), at=when(line.at, now), state=state)
    top = texts.staff("reserve.line_late", line=top) if line.is_late else top
    body = visible(line.body)
    if not body.strip() and not line.media_count:
        body = texts.staff("reserve.empty_text")
    failed = line.sent is not None and line.sent.is_failed
    return tag(
        "div",
        tag("p", top, class_="top new" if line.is_new else "top"),
        tag("p", body, class_="body") if body.strip() else None,
        tag("p", media_text(line.media_count, texts), class_="quiet") if line.media_count else None,
        tag("p", failure_text(line.sent, texts), class_="failed") if failed and line.sent is not None else None,
        class_="said" if line.direction is Direction.IN else "said ours",
    )


def _answer(texts: Texts, view: ConversationView, draft: Draft, form_token: str) -> Html:
    if not view.can_reply:
        reason = tag("p", texts.staff(f"refusal.{view.no_reply_reason}"))
        return joined(tag("div", reason, class_="notice bad"), _kept(texts, draft.text))
    to = view.people[0].name if view.people else view.number
    return answer_form(texts, view.conversation_id, visible(to), draft, form_token)


def answer_form(texts: Texts, conversation_id: str, to: str, draft: Draft, form_token: str) -> Html:
    """Return the form. What was written stays in it, whatever has gone wrong."""
    return tag(
        "form",
        _problem(texts, draft.problem),
        tag("label", texts.staff("reserve.answer_label", who=to), for_=TEXT_FIELD),
        tag(
            "textarea",
            Html("\n"),  # the first line break within is not part of the text
            draft.text,
            id=TEXT_FIELD,
            name=TEXT_FIELD,
            required=True,
            autocomplete="off",
            autofocus=bool(draft.problem),
            aria_describedby=_described(draft.problem),
            aria_invalid="true" if draft.problem else None,
        ),
        tag("p", texts.staff("reserve.answer_hint"), id=HINT_ID, class_="quiet"),
        _hidden("form", form_token),
        _hidden("key", draft.key),
        _hidden("last_seen", str(draft.last_seen)),
        _hidden("warned_of", draft.warned_of),
        tag("button", texts.staff("reserve.send"), type="submit"),
        method="post",
        action=conversation_path(conversation_id),
    )


def ended_page(texts: Texts, draft: str = "") -> Html:
    """Say how to come in again, and give back what was written and not sent."""
    return words_page(texts, "reserve.ended_title", texts.staff("refusal.reserve_ended"), _to_copy(texts, draft))


def refused_page(texts: Texts, words: str, draft: str = "") -> Html:
    """Say why not, and give back what was written so that it can be copied."""
    return words_page(texts, "reserve.refused_title", words, _kept(texts, draft), _back(texts))


def busy_page(texts: Texts, path: str, form: Html | None = None) -> Html:
    """Say that the database is away; with a form the draft can be sent again."""
    again = form or tag("a", texts.staff("reserve.again"), href=path, class_="button")
    return words_page(texts, "reserve.busy_title", texts.staff("reserve.busy"), again)


def background_page(texts: Texts, shown: BackgroundPage, conversation_id: str, now: datetime) -> Html:
    """Show what the home nämnd has written."""
    parts: list[Child] = [tag("p", visible(shown.youth_name))]
    written = shown.background
    if written is None:
        parts.append(tag("p", texts.staff("reserve.background_none")))
    else:
        if shown.is_stale:
            day = long_day(written.review_on, now.date())
            words = texts.staff("reserve.background_stale", day=day)
            parts.append(tag("div", tag("p", words), class_="notice"))
        for name in ("call_first", "agreements", "watch_for", "interpreter"):
            words = visible(getattr(written, name))
            if words.strip():
                parts += [tag("h2", texts.staff(f"reserve.background_{name}")), tag("p", words, class_="keep")]
        parts.append(tag("p", texts.staff("reserve.background_by", who=shown.written_by), class_="quiet"))
    back = tag("a", texts.staff("reserve.background_back"), href=conversation_path(conversation_id), class_="button")
    return page(texts, texts.staff("reserve.background_title"), *parts, back)


def _kept(texts: Texts, draft: str) -> Html | None:
    if not draft.strip():
        return None
    return joined(tag("h2", texts.staff("reserve.draft")), tag("p", visible(draft), class_="keep notice"))


def _to_copy(texts: Texts, draft: str) -> Html | None:
    if not draft.strip():
        return None
    label = tag("label", texts.staff("reserve.not_sent"), for_=TEXT_FIELD)
    return joined(label, tag("textarea", Html("\n"), draft, id=TEXT_FIELD, readonly=True))


def _problem(texts: Texts, problem: str) -> Html | None:
    if not problem:
        return None
    return tag("div", tag("p", problem), id=PROBLEM_ID, class_="notice bad", role="alert")


def _described(problem: str) -> str:
    return f"{PROBLEM_ID} {HINT_ID}" if problem else HINT_ID


def _hidden(name: str, value: str) -> Html:
    return tag("input", type="hidden", name=name, value=value)
