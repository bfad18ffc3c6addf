"""Inbound: HTTP and Slack. Parse, authorise, call one service, answer."""
