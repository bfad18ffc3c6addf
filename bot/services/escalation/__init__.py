"""The escalation: own phone, backup, leader, until somebody acknowledges a text that waits."""
