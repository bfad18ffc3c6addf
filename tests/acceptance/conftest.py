import pytest


@pytest.fixture
def days_pass_in_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    """We post once a second in one channel, of the machine's time; here a second may hold several mornings."""
    monkeypatch.setattr("bot.slack.gateway.BURST", 50)
