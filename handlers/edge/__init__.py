"""The edge: what every request meets before its handler, and every answer after it."""
