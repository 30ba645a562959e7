"""What is kept of a conversation: the stereo recording, the event log, and afterwards its picture and its table."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from edge_duplex.audio.frames import Samples, block_samples, silence
from edge_duplex.audio.tape import LineTape, WavTape
from edge_duplex.events import Event


@dataclass(frozen=True, slots=True)
class Places:
    """The files of one conversation in a folder of recordings."""

    sound: Path
    """Stereo: the user left, the agent right."""
    events: Path
    picture: Path


def places_in(folder: Path) -> Places:
    """Names that are not taken yet: conversation.wav, then conversation-2.wav, ... so that none is ever lost."""
    number = 1
    while True:
        tail = f"-{number}" if number > 1 else ""
        places = Places(
            folder / f"conversation{tail}.wav", folder / f"events{tail}.jsonl", folder / f"timeline{tail}.png"
        )
        if not (places.sound.exists() or places.events.exists()):
            return places
        number += 1


class Record:
    """Writes down sound and events as they come. Any part may be left out."""

    def __init__(self, sample_rate: int, sound: WavTape | None = None, logs: tuple[LineTape, ...] = ()) -> None:
        """`sound` has two channels."""
        self._sound, self._logs = sound, logs
        self._playing = silence(block_samples(sample_rate))

    def sound(self, heard: Samples, said: Samples) -> None:
        """One block of each side. Raises SoundFileError once, if it cannot be written."""
        if self._sound is not None:
            # What was said to this block is played while the next is heard.
            self._sound.write(np.column_stack((heard, self._playing)))
        self._playing = said

    def event(self, event: Event) -> None:
        """Raises SoundFileError once a log, if it cannot be written."""
        for log in self._logs:
            log.write(event.line())

    def close(self) -> None:
        if self._sound is not None:
            self._sound.close()
        for log in self._logs:
            log.close()
