"""Rest and working time: what was done in beredskap, what it cost, and who is told."""
