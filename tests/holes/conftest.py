from datetime import timedelta

import pytest

PLACES = ("deliver", "deliver_clocks", "deliver_digest", "look_for_uncertain")


@pytest.fixture(autouse=True)
def looked_for_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is uncertain is looked for after a moment, rather than after seconds of the machine's time."""
    for service in PLACES:
        monkeypatch.setattr(f"bot.services.{service}.FIRST_LOOK", timedelta(seconds=0.05), raising=False)
    monkeypatch.setattr("bot.sender.AFTER_CRASH", timedelta(seconds=0.05))
