"""The embedded default: a pretend Slack, a pretend carrier, the world's clock, and a page. See docs/sandbox.md."""
