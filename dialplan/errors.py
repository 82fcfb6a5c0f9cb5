"""What can be wrong: with data that should have been a flow or a calendar, and on a call's way."""


class FlowError(ValueError):
    """A flow or a calendar is not valid. `path` says where ('nodes.a.seconds'), `problem` is a sentence for
    people."""

    def __init__(self, path: str, problem: str) -> None:
        super().__init__(f"{path}: {problem}" if path else problem)
        self.path = path
        self.problem = problem


class BrokenFlow(Exception):
    """A call cannot go on in its flow: something that it needs is missing, or it goes round and round. Raised
    and caught inside; the text says what, without a full stop."""
