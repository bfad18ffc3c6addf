"""That what is looked at can fail: each place in which something could stand, planted."""

import json
from datetime import UTC, datetime
from typing import Any, Literal

import pytest

from bot.sandbox.slack.recorder import Record
from bot.slack.ids import OUTBOX_EVENT
from tests.secrecy.every_byte import forms_of, problems

NUMBER, NAME, TEXT = "+46701740605", "Nova Berg", "kan nån ringa mig i kväll"
Kind = Literal["message", "home", "modal", "query", "ack", "response_url"]


def sent(kind: Kind, **decoded: Any) -> Record:
    body = json.dumps(decoded).encode()
    return Record(datetime(2026, 11, 20, tzinfo=UTC), kind, "chat.postMessage", body, decoded)


def found(*records: Record) -> list[str]:
    return problems(records, {NAME, TEXT}, {NUMBER})


def button(**more: str) -> dict[str, Any]:
    return {"type": "button", "action_id": "open", "value": "c1", **more}


@pytest.mark.parametrize(
    "record",
    [
        sent("message", text=f"Nytt sms: {TEXT}"),
        sent("message", text=f"Nytt sms: {TEXT[:15]}…"),
        sent("message", text="ok", blocks=[{"type": "section", "text": {"type": "mrkdwn", "text": NAME}}]),
        sent("message", text="ok", attachments=[{"fallback": "070-174 06 05"}]),
        sent("message", text="ok", filename=f"{NAME}.txt"),
        sent("home", view={"blocks": [{"text": {"text": "0701740605"}}]}),
        sent("response_url", text="46701740605"),
        sent("ack", text=NAME),
        sent("query", query=NAME),
        sent("message", metadata={"event_type": OUTBOX_EVENT, "event_payload": {"outbox_id": "till Nova"}}),
        sent("modal", view={"private_metadata": NAME}),
        sent("modal", view={"private_metadata": json.dumps({"c": "c1", "n": "några ord"})}),
        sent("modal", view={"private_metadata": json.dumps({"number": NUMBER})}),
        sent("modal", view={"blocks": [button(value=NUMBER)]}),
        sent("modal", view={"blocks": [button(value="svara Nova")]}),
        sent("modal", view={"blocks": [button(action_id="Öppna samtalet")]}),
        sent("modal", view={"blocks": [], "callback_id": "Nova Berg"}),
        sent("modal", view={"blocks": [{"type": "section", "block_id": "Nova Berg"}]}),
    ],
    ids=lambda record: record.body.decode()[:60],
)
def test_what_stands_where_it_may_not_is_found(record: Record) -> None:
    assert found(record) != []


def test_what_a_reader_is_shown_and_opaque_ids_are_as_they_should_be() -> None:
    blocks = [{"type": "section", "block_id": "b1", "text": {"type": "plain_text", "text": TEXT}}, button()]
    modal = sent("modal", view={"private_metadata": json.dumps({"c": "c1", "n": 3}), "blocks": blocks})
    card = sent("message", text="Nytt sms väntar på svar", blocks=[button()])

    assert found(modal, card) == []


def test_a_number_is_looked_for_however_it_is_written() -> None:
    assert forms_of(NUMBER) >= {NUMBER, "46701740605", "0701740605", "070-174 06 05", "070-1740605"}
