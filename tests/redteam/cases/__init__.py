"""The rows of the table, by where they are tried."""

from tests.redteam.cases import network, slack_door, staff, families, words, reserve_way, files  # noqa: I001 - their order

__all__ = ["families", "files", "network", "reserve_way", "slack_door", "staff", "words"]
