"""The folder that carries tasks on one machine, asked often enough to stop soon."""

from typing import Any

from kombu.transport.filesystem import Transport as FolderTransport

ROUND_SECONDS = 0.3


class Transport(FolderTransport):
    """kombu's folder transport with short rounds.

    Celery waits for tasks in rounds of two seconds and looks only between them whether it shall stop, so
    stopping took up to five seconds. A round costs a look into one folder."""

    polling_interval = ROUND_SECONDS

    def drain_events(self, connection: Any, timeout: float | None = None) -> None:
        """Waits for a message for `timeout` seconds, but no longer than a round. Raises socket.timeout."""
        super().drain_events(connection, ROUND_SECONDS if timeout is None else min(timeout, ROUND_SECONDS))
