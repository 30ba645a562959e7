"""One plain line for each thing that happens, for pipes and logs: `[ 12.34] user   what time is it`."""

from __future__ import annotations

from collections import Counter
from typing import TextIO

from edge_duplex.events import Event
from edge_duplex.view.protocol import Meter
from edge_duplex.view.talk import Phrase, Phrases, ReplyWatch, describe

_LABELS = {"duck": "floor", "unduck": "floor", "yield": "floor", "resume": "floor", "backchannel": "floor"}


class PlainView:
    """A `View` that writes lines of text, each flushed at once. When nobody reads them any more it goes
    quiet: a closed pipe must not end the conversation."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._phrases = Phrases()
        self._replies = ReplyWatch()
        self._latency: float | None = None
        self._broken = False
        self._faults: Counter[str] = Counter()

    def event(self, event: Event) -> None:
        latency = self._replies.event(event)
        if latency is not None:
            self._latency = latency
        for phrase in self._phrases.event(event):
            self._write(phrase.t, phrase.who, self._text(phrase))
        if event.name == "session_start":
            self._write(event.t, "start", "listening")
        elif event.name == "session_stop":
            faults = (f"{count} {name}" for name, count in sorted(self._faults.items()))
            self._write(event.t, "stop", ", ".join(faults))
        elif event.name in ("late", "underrun"):
            self._faults[event.name] += 1  # On a busy machine a line for each would bury the talk.
        elif (text := describe(event)) is not None:
            self._write(event.t, _LABELS.get(event.name, event.name), text)

    def meter(self, meter: Meter) -> None:
        """Levels are not for a log."""

    def close(self) -> None:
        """Nothing to restore: every line has been written as it came."""

    def _text(self, phrase: Phrase) -> str:
        text = phrase.text + (" --" if phrase.cut else "")
        if phrase.who == "agent" and self._latency is not None:
            text, self._latency = f"{text}  (reply {self._latency:.2f} s)", None
        return text

    def _write(self, t: float, label: str, text: str) -> None:
        if self._broken:
            return
        try:
            self._stream.write(f"[{t:7.2f}] {label:8s} {text}".rstrip() + "\n")
            self._stream.flush()
        except (OSError, ValueError):
            self._broken = True
