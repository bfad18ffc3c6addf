"""Gallring: what is deleted, when, by whose decision, and what is not."""
