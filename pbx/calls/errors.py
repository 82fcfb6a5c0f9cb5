"""What cannot be done, and why."""


class CommandError(Exception):
    """A command cannot be carried out; the text says why, `status` as an HTTP status would."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status
