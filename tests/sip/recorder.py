"""A process that records one call until it is killed: `python -m tests.sip.recorder FOLDER FILE [MOST]`.

Prints what it says of the recording's end. No file may grow beyond MOST bytes then, as on a full disk.
"""

import asyncio
import resource
import sys
from pathlib import Path

from pbx.ports import RecordingEnded, StartRecording
from tests.sip.edge import RunningEdge
from tests.sip.voices import Voices


async def record(folder: Path, file: Path) -> None:
    with (
        RunningEdge(folder / "certificate.pem", folder / "key.pem") as running,
        Voices(running.edge) as voices,
    ):
        voice = await voices.call("101", 700)
        running.edge.stack.submit(
            StartRecording(call="c", recording="r", path=str(file), sides=((voice.leg,), ()), max_seconds=600)
        )
        while True:
            for event in list(running.edge.events):
                if isinstance(event, RecordingEnded):
                    print(event.reason, event.seconds, event.bytes, flush=True)
                    return
            await asyncio.sleep(0.1)


if __name__ == "__main__":
    if len(sys.argv) > 3:
        most = int(sys.argv[3])
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
    asyncio.run(record(Path(sys.argv[1]), Path(sys.argv[2])))
