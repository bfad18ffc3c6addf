"""Changing the encryption keys."""
