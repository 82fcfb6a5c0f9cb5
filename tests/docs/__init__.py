"""The documentation itself."""
