"""The watch that the program keeps over itself: what a human must act on is told once, and again when it is over."""
