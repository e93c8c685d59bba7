"""The command line: a light table of commands, each loaded by name when it is called."""
