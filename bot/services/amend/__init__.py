"""Changes to who is enrolled: an enrolment ends, something was wrong, a number should never have been there."""
