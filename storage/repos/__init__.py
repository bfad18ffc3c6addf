"""One file per repository; each turns rows into what bot.ports promises."""
