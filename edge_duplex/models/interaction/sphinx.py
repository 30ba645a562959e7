"""The one binding to pocketsphinx: sound in, timed words out, at any moment.

Only the first of its three passes is used. The other two look back over the whole utterance once it is over:
that costs the more the longer it was, and what they change comes too late to act on.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from pocketsphinx import Decoder

from edge_duplex.audio.frames import Samples
from edge_duplex.errors import ModelError
from edge_duplex.models.interaction.ears import RATE, Heard

_FRAME = RATE // 100
"""Samples of one of its own frames; all its times are counted in them."""
_FILLER = re.compile(r"^(<.*>|\[.*\]|\+\+.*\+\+)$")

TUNING: dict[str, Any] = {"fwdflat": False, "bestpath": False, "loglevel": "FATAL"}


class Sphinx:
    """A `Recogniser`. 16 kHz.

    Raises `ModelError` where a file is missing or is no model.
    """

    def __init__(self, language: Path | None = None, dictionary: Path | None = None, **tuning: Any) -> None:
        files = {"lm": language, "dict": dictionary}
        settings = TUNING | {name: str(path) for name, path in files.items() if path is not None} | tuning
        for path in files.values():
            if path is not None and not path.is_file():
                raise ModelError(f"the recogniser's file {path} is missing: give another or leave it out")
        try:
            self._decoder = Decoder(**settings)
        except (RuntimeError, ValueError) as error:
            raise ModelError(f"pocketsphinx cannot read {language} with {dictionary}: {error}") from error

    def start(self) -> None:
        self._decoder.start_utt()

    def feed(self, samples: Samples) -> None:
        self._decoder.process_raw(samples.tobytes(), False, False)

    def words(self) -> tuple[Heard, ...]:
        return tuple(
            Heard(re.sub(r"\(\d+\)$", "", s.word), s.start_frame * _FRAME, (s.end_frame + 1) * _FRAME)
            for s in self._decoder.seg() or ()
            if not _FILLER.match(s.word)
        )

    def stop(self) -> None:
        self._decoder.end_utt()
