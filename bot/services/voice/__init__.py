"""Calls through our number: who is rung, who has taken it, and what becomes of a call that nobody took."""
