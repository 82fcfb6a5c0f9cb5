"""Parts of the supervisor: checks before the start, children, what it prints, how it asks for health."""
