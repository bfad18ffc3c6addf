"""Slack in: events are stored, clicks and forms run their service at once."""
