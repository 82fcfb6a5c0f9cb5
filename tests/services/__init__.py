"""Real servers for tests, each private, in a folder of its own, on a Unix socket."""
