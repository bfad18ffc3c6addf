"""Outbound Slack: the gateway, and pure builders of messages and views (data in, blocks out)."""
