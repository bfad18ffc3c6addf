"""Every row of the truth table in facts/twilio.md section 4."""

import base64
import hmac
from hashlib import sha1, sha256
from typing import Any

import pytest
from multidict import CIMultiDict, MultiDict
from twilio.request_validator import RequestValidator

from bot.sms.signature import SignatureVerifier

PUBLIC = "https://bot.example.se"
TOKEN, OTHER_TOKEN = "t" * 32, "o" * 32
PATH = "/twilio/sms?b=1"
SIGNATURE = "X-Twilio-Signature"
SETTINGS = "X-Twilio-Webhooks-Signature-Settings"


def form(**changes: str) -> MultiDict[object]:
    return MultiDict({"Body": " hej på dig ", "From": "+46701740605", "FromCity": "", "MessageSid": "SM1"} | changes)


def sign(params: MultiDict[Any], url: str = PUBLIC + PATH, token: str = TOKEN, algorithm: str | None = None) -> str:
    return str(RequestValidator(token).compute_signature(url, params, algorithm))  # type: ignore[no-untyped-call]


def accepts(
    params: MultiDict[Any],
    signature: str | None,
    *,
    base: str = PUBLIC,
    path: str = PATH,
    settings: str | None = None,
    tokens: tuple[str, ...] = (TOKEN,),
) -> bool:
    headers = CIMultiDict[str]()
    if signature is not None:
        headers[SIGNATURE] = signature
    if settings is not None:
        headers[SETTINGS] = settings
    return SignatureVerifier(base, tokens).is_genuine(path, params, headers)


def test_what_twilio_signed_is_genuine() -> None:
    assert accepts(form(), sign(form()))


def test_the_signature_is_the_documented_one() -> None:
    text = PUBLIC + PATH + "".join(name + str(value) for name, value in sorted(form().items()))
    expected = base64.b64encode(hmac.new(TOKEN.encode(), text.encode(), sha1).digest()).decode()

    assert accepts(form(), expected)


def test_repeated_names_are_genuine_when_left_alone() -> None:
    repeated = form()
    repeated.add("Body", "igen")

    assert accepts(repeated, sign(repeated))
    assert not accepts(MultiDict(dict(repeated)), sign(repeated))


def test_an_unknown_parameter_is_part_of_what_was_signed() -> None:
    assert accepts(form(New="1"), sign(form(New="1")))
    assert not accepts(form(), sign(form(New="1")))


@pytest.mark.parametrize("port", [":443", ":8443"])
def test_a_port_in_our_address_does_not_matter(port: str) -> None:
    assert accepts(form(), sign(form()), base=PUBLIC + port)


@pytest.mark.parametrize("base", ["http://bot.example.se", "http://10.0.0.1:8080", "https://BOT.example.se"])
def test_another_address_is_not_genuine(base: str) -> None:
    assert not accepts(form(), sign(form()), base=base)


@pytest.mark.parametrize("path", ["/twilio/sms", "/twilio/sms/?b=1", "/twilio/sms?b=2", "/twilio/sms?b=1#rc=5", "//["])
def test_another_path_or_query_is_not_genuine(path: str) -> None:
    assert not accepts(form(), sign(form()), path=path)


def test_a_trailing_slash_in_the_setting_is_forgiven() -> None:
    assert accepts(form(), sign(form()), base=PUBLIC + "/")


def test_a_dropped_blank_parameter_is_not_genuine() -> None:
    params = form()
    del params["FromCity"]

    assert not accepts(params, sign(form()))


def test_a_stripped_body_is_not_genuine() -> None:
    assert not accepts(form(Body="hej på dig"), sign(form()))


@pytest.mark.parametrize("signature", [None, "", "å" * 28, "\udcff" * 28, "x"])
def test_a_missing_or_odd_signature_is_not_genuine(signature: str | None) -> None:
    assert not accepts(form(), signature)


def test_the_other_token_only_counts_while_we_rotate() -> None:
    signature = sign(form(), token=OTHER_TOKEN)

    assert not accepts(form(), signature)
    assert accepts(form(), signature, tokens=(TOKEN, OTHER_TOKEN))


def test_user_and_password_in_the_address() -> None:
    base = "https://user:password@bot.example.se"

    assert accepts(form(), sign(form(), url=base + PATH), base=base)


def test_a_shared_key_signs_with_sha_256() -> None:
    signature = sign(form(), algorithm="HMAC_SHA256")
    text = PUBLIC + PATH + "".join(name + str(value) for name, value in sorted(form().items()))

    assert signature == base64.b64encode(hmac.new(TOKEN.encode(), text.encode(), sha256).digest()).decode()
    assert accepts(form(), signature, settings="key=K1,algorithm=HMAC_SHA256")
    assert not accepts(form(), signature)
    assert not accepts(form(), sign(form()), settings="key=K1,algorithm=HMAC_SHA256")


def test_an_unknown_algorithm_is_not_genuine_and_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    assert not accepts(form(), sign(form()), settings="algorithm=NONE\n2026-07-01 all is well")
    assert not caplog.records


def test_what_cannot_be_signed_is_not_genuine() -> None:
    params: MultiDict[object] = MultiDict({"Body": object()})

    assert not accepts(params, "x" * 28)
    assert not accepts(MultiDict({"Body": "\ud800"}), "x" * 28)


@pytest.mark.parametrize("tokens", [(), ("",), (TOKEN, "")])
def test_an_empty_token_is_refused_at_the_start(tokens: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="token"):
        SignatureVerifier(PUBLIC, tokens)
