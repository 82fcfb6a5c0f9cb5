"""Dates as an office in Europe writes them, also in English."""
