"""Rest and working time around the beredskap: what is checked, by which rule, and what is owed."""
