"""Ändra eller ta bort, in Slack."""
