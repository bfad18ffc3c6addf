"""Inbound by time: five-line ticks that call services. APScheduler only wakes them; what is due follows from data."""
