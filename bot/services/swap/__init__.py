"""Shifts that change hands: offered, taken, approved, withdrawn, lapsed."""
