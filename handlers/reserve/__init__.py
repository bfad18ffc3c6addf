"""The page of the reservväg: plain HTML without a script, for a phone in the middle of the night."""
