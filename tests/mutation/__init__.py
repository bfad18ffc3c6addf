"""Mutation testing of the two modules that everything rests on: `make mutate`. Why our own: docs/adr/0023."""
