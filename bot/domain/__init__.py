"""Rules without I/O: plain data and functions. Nothing here asks for the time, the network or a database."""
