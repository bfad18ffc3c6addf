"""Kontakta socialjouren and Orosanmälan: what to know first, and the form that says that it was done."""

import json
from datetime import date, datetime
from typing import Final

from bot.domain.calendar import local
from bot.domain.outward import OUTCOMES, OutwardKind, ReportPage, SocialjourPage
from bot.domain.phone import pretty
from bot.domain.slack_text import escape_mrkdwn
from bot.domain.socialjour import Listing, place_key
from bot.slack.ids import ActionId, CallbackId
from bot.slack.kit import (
    MOST_OPTIONS,
    Block,
    actions,
    button,
    context,
    day_picker,
    divider,
    field,
    modal,
    mrkdwn,
    option,
    plain,
    radio,
    section,
    select,
    text_input,
)
from bot.slack.views.outward_words import done_block, state_words
from bot.texts import Texts, clock_time, long_day

OUTCOME, PLACE, ON, TIME = "outcome", "place", "on", "time"
ELSEWHERE: Final = "*"  # the option for a place that is not in the directory; no place is called so
LONGEST_TIME: Final = 10  # "kl. 14.20"
MOST_LISTED: Final = 6  # jours of one place


def outward_buttons(conversation_id: str, texts: Texts, *, can_call: bool = False) -> Block:
    """Return the buttons with which somebody turns to others from a conversation, or calls whoever wrote."""
    ring_up = button(ActionId.RING_UP, texts.staff("button.ring_up"), conversation_id)
    return actions(
        *([ring_up] if can_call else []),
        button(ActionId.SOCIALJOUR, texts.staff("button.socialjour"), conversation_id),
        button(ActionId.OROSANMALAN, texts.staff("button.orosanmalan"), conversation_id),
        block_id="outward",
    )


def who_block(place: str) -> str:
    """Return the block id of the choice among several jours: one for each place, so that no old choice is sent."""
    return f"who:{place_key(place)}"


def socialjour_modal(page: SocialjourPage, texts: Texts) -> Block:
    """Return which jour answers, its number in plain sight, and the form."""
    today = local(page.now).date()
    listings = page.answer.listings[:MOST_LISTED]
    blocks = _top(page.codes, texts, is_trial=page.is_trial)
    blocks.append(_place_choice(page, texts))
    for listing in listings:
        blocks += _listing(listing, texts, page.now)
    if not listings:
        blocks.append(section(mrkdwn(_none(page, texts))))
    blocks += [context(texts.staff("socialjour.rule")), *done_block(page.done, texts, page.now), divider()]
    if len(listings) > 1:
        names = [option(listing.jour.name, listing.jour.name) for listing in listings]
        element = radio(ActionId.FIELD, names, initial=names[0])
        blocks.append(field(who_block(page.answer.place), texts.staff("socialjour.who"), element))
    outcomes = OUTCOMES[OutwardKind.SOCIALJOUR]
    options = [option(texts.staff(f"socialjour.outcome_{one.value}"), one.value) for one in outcomes]
    blocks.append(field(OUTCOME, texts.staff("socialjour.outcome"), radio(ActionId.FIELD, options)))
    return modal(
        texts.staff("socialjour.title"),
        [*blocks, *_time_fields(page.now, today, texts)],
        close=texts.staff("modal.cancel"),
        submit=texts.staff("socialjour.submit"),
        callback=CallbackId.SOCIALJOUR.value,
        metadata=json.dumps({"c": page.conversation_id, "p": page.chosen, "at": page.answer.place}),
    )


def report_modal(page: ReportPage, texts: Texts) -> Block:
    """Return that reporting is a duty, how it is done, and the form. It says that nothing is sent from here."""
    blocks = _top(page.codes, texts, is_trial=page.is_trial)
    blocks.append(section(mrkdwn(texts.staff("orosanmalan.duty"))))
    namnd = escape_mrkdwn(page.namnd_name)
    if page.channel:
        blocks.append(section(mrkdwn(texts.staff("orosanmalan.channel", namnd=namnd))))
        blocks.append(section(plain(page.channel)))
    else:
        blocks.append(section(mrkdwn(texts.staff("orosanmalan.channel_unset", namnd=namnd))))
    said = ("orosanmalan.elsewhere", "orosanmalan.not_here", "orosanmalan.rule")
    blocks += [context("\n".join(texts.staff(key) for key in said)), *done_block(page.done, texts, page.now), divider()]
    if page.places:
        blocks.append(field(PLACE, texts.staff("orosanmalan.place"), _places(page, texts)))
    outcomes = OUTCOMES[OutwardKind.OROSANMALAN]
    options = [option(texts.staff(f"orosanmalan.way_{one.value}"), one.value) for one in outcomes]
    blocks.append(field(OUTCOME, texts.staff("orosanmalan.way"), radio(ActionId.FIELD, options)))
    return modal(
        texts.staff("orosanmalan.title"),
        [*blocks, *_time_fields(page.now, local(page.now).date(), texts)],
        close=texts.staff("modal.cancel"),
        submit=texts.staff("orosanmalan.submit"),
        callback=CallbackId.OROSANMALAN.value,
        metadata=json.dumps({"c": page.conversation_id}),
    )


def _top(codes: tuple[str, ...], texts: Texts, *, is_trial: bool) -> list[Block]:
    banner = [context(texts.staff("trial.banner"))] if is_trial else []
    return [*banner, context(", ".join(codes)), section(mrkdwn(texts.staff("outward.danger")))]


def _place_choice(page: SocialjourPage, texts: Texts) -> Block:
    options = {place_key(place): option(place, place) for place in page.places[: MOST_OPTIONS - 1]}
    elsewhere = option(texts.staff("socialjour.other_place"), ELSEWHERE)
    initial = elsewhere if page.chosen == "" else options.get(place_key(page.answer.place))
    element = select(ActionId.SOCIALJOUR_PLACE, [*options.values(), elsewhere], initial=initial)
    return section(mrkdwn(texts.staff("socialjour.place")), accessory=element, block_id="socialjour_place")


def _places(page: ReportPage, texts: Texts) -> Block:
    options = {place_key(place): option(place, place) for place in page.places[: MOST_OPTIONS - 1]}
    elsewhere = option(texts.staff("socialjour.other_place"), ELSEWHERE)
    return select(ActionId.FIELD, [*options.values(), elsewhere], initial=options.get(place_key(page.place)))


def _listing(listing: Listing, texts: Texts, now: datetime) -> list[Block]:
    jour = listing.jour
    heading = texts.staff(
        "socialjour.heading", name=escape_mrkdwn(jour.name), number=escape_mrkdwn(pretty(jour.number))
    )
    words = [heading, state_words(listing, texts, now)]
    if listing.is_free_day_unsaid:
        words.append(texts.staff("socialjour.free_day"))
    blocks = [section(mrkdwn("\n".join(words)))]
    if jour.outside:
        blocks.append(section(plain(texts.staff("socialjour.outside", words=jour.outside))))
    source = escape_mrkdwn(jour.source) or "–"
    if listing.is_verified and jour.verified_on is not None:
        day, owner = long_day(jour.verified_on, local(now).date()), escape_mrkdwn(jour.owner)
        blocks.append(context(texts.staff("socialjour.verified", day=day, owner=owner, source=source)))
    else:
        blocks.append(context(texts.staff("socialjour.not_verified", source=source)))
    return blocks


def _none(page: SocialjourPage, texts: Texts) -> str:
    """Return that there is none, and what to do then."""
    key = "socialjour.none_elsewhere" if page.chosen == "" else "socialjour.none"
    if page.chosen is None and not page.answer.place:
        key = "socialjour.none_unset"
    words = texts.staff(key, place=escape_mrkdwn(page.answer.place))
    police = texts.staff("socialjour.police", number=escape_mrkdwn(page.police)) if page.police else ""
    return " ".join(filter(None, (words, police)))


def _time_fields(now: datetime, today: date, texts: Texts) -> list[Block]:
    """Return when it was done: now, until somebody says otherwise."""
    clock = text_input(ActionId.FIELD, most=LONGEST_TIME, initial=clock_time(now))
    return [
        field(ON, texts.staff("outward.on"), day_picker(ActionId.DATE, today)),
        field(TIME, texts.staff("outward.time"), clock),
    ]
