"""Benchmarks: CPU and memory of the core under load, as the operating system counts them. Not timed tests."""
