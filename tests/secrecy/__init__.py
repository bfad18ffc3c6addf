"""One rule: every way in is walked, as it is found in the running program, by people whom the rule refuses."""
