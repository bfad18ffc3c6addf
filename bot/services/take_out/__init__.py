"""Content that leaves the program as a file: asked for, approved by a leader in Slack, taken out once."""
