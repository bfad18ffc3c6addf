"""Gallring: what is deleted, everywhere; and what is not."""
