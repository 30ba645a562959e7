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

LONGEST_WORD = RATE
"""Samples: a "word" of over a second is a horn, a hum or music."""

TUNING: dict[str, Any] = {
    "fwdflat": False,
    "bestpath": False,
    "loglevel": "FATAL",
    # The language model counts for more than by default, and the beams are wider: at a few milliseconds a frame
    # with some thousand words there is time for it, and a fifth fewer words are wrong.
    "lw": 9.0,
    "beam": 1e-60,
    "pbeam": 1e-60,
    "wbeam": 1e-40,
    "lpbeam": 1e-50,
    "lponlybeam": 1e-40,
    "maxhmmpf": 6000,
}
CEPSTRAL_MEAN = "42.6,0.6,-2.5,5.9,-6.6,-3.6,-1.0,-8.4,-2.0,-2.0,0.6,-0.8,0.1"
"""Of several voices at -26 dBFS. Where it begins; every utterance brings it nearer to the user's microphone."""


class Sphinx:
    """A `Recogniser`. 16 kHz.

    `language` is a language model in ARPA or pocketsphinx's own form, `dictionary` the words it may hear with
    their sounds; left out, they are the general ones of pocketsphinx. `tuning` are its own settings. Raises
    `ModelError` where a file is missing or is no model.
    """

    def __init__(self, language: Path | None = None, dictionary: Path | None = None, **tuning: Any) -> None:
        files = {"lm": language, "dict": dictionary}
        for path in files.values():
            if path is not None and not path.is_file():
                raise ModelError(f"the recogniser's file {path} is missing: give another or leave it out")
        settings = TUNING | {name: str(path) for name, path in files.items() if path is not None} | tuning
        try:
            self._decoder = Decoder(**settings)
        except (RuntimeError, ValueError) as error:
            raise ModelError(f"the recogniser cannot read {language} with {dictionary}: {error}") from error
        self._decoder.set_cmn(CEPSTRAL_MEAN)
        self._mean = CEPSTRAL_MEAN

    def start(self) -> None:
        self._decoder.start_utt()

    def feed(self, samples: Samples) -> None:
        self._decoder.process_raw(samples.tobytes(), False, False)

    def words(self) -> tuple[Heard, ...]:
        heard = (
            Heard(re.sub(r"\(\d+\)$", "", s.word), s.start_frame * _FRAME, (s.end_frame + 1) * _FRAME)
            for s in self._decoder.seg() or ()
            if not _FILLER.match(s.word)
        )
        return tuple(word for word in heard if word.end - word.start <= LONGEST_WORD)

    def stop(self) -> None:
        heard = bool(self.words())
        self._decoder.end_utt()
        if heard:
            self._mean = self._decoder.get_cmn()
        else:
            # A slammed door is no sample of the user's voice: forget what it did to the mean.
            self._decoder.set_cmn(self._mean)
