"""Pure builders: data in, blocks out. Nothing here knows Slack's client or the database."""
