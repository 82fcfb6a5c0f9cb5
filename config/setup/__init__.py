"""Set-up of a machine: from a fresh clone to something that can start.

`python3 -m config.setup run` works with Debian's plain Python and the standard library. What needs the
libraries of the virtual environment lives in `prepare`, `prompts` and `certificate` and runs in there.
"""
