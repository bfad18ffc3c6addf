"""The reservväg: how whoever is needed is reached, reads and answers while Slack is away."""
