"""Settings of every part, and the programs that set up, start and supervise them."""
