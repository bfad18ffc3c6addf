"""The clocks of the world of myndighet: register, look, settle, summon, remind."""
