"""The live view: what was said scrolls up the terminal, and below it stand the levels, the words as they come
and who has the floor.

Nothing here has a thread or a clock: `meter` draws, at most `REFRESH_HZ` times a second of the sample clock.
"""

from __future__ import annotations

from typing import TextIO

from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from edge_duplex.events import Event
from edge_duplex.view.protocol import Meter
from edge_duplex.view.talk import Phrase, Phrases, ReplyWatch, describe

REFRESH_HZ = 8.0
QUIETEST_DBFS = -60.0
"""The left end of a level meter."""

_COLOURS = {"user": "cyan", "agent": "green", "floor": "yellow", "skill": "magenta", "notice": "bold red"}
_FLOORS = {
    "idle": ("listening", "dim"),
    "user": ("you speak", "cyan"),
    "agent": ("agent speaks", "green"),
    "overlap": ("both speak", "bold yellow"),
}
_SHOWN = {"notice": "notice", "yield": "floor", "resume": "floor", "backchannel": "floor"}
_NAMES = {"user": "you", "agent": "agent"}


class _Console(Console):
    def on_broken_pipe(self) -> None:
        """Go quiet; rich would end the program here, and a closed terminal must not end the conversation."""
        self.quiet = True


class LiveView:
    """A `View` for a terminal. What was said stays on the screen when it closes; the rest goes."""

    def __init__(self, stream: TextIO, width: int | None = None) -> None:
        """`width` in columns is for tests; a terminal knows its own."""
        self._console = _Console(file=stream, width=width, highlight=False)
        self._phrases = Phrases()
        self._replies = ReplyWatch()
        self._partial = ""
        self._last: dict[str, str] = {}
        self._meter = Meter(0.0, QUIETEST_DBFS, QUIETEST_DBFS, "idle")
        self._drawn = float("-inf")
        self._closed = False
        self._live = Live(
            self._panel(), console=self._console, auto_refresh=False, transient=True, vertical_overflow="crop"
        )
        self._live.start()

    def event(self, event: Event) -> None:
        if self._closed:
            return
        latency = self._replies.event(event)
        if latency is not None:
            self._last["reply"] = f"reply {latency:.2f} s"
        self._count(event)
        for phrase in self._phrases.event(event):
            self._say(phrase.t, phrase.who, _spoken(phrase))
        if event.name == "user_text":
            self._partial = "" if event.fields.get("final") else str(event.fields.get("text", ""))
        label = _SHOWN.get(event.name)
        if label is not None and (text := describe(event)):
            self._say(event.t, label, Text(text))

    def meter(self, meter: Meter) -> None:
        self._meter = meter
        # A session that starts again on the same view has a clock that goes back.
        if self._closed or 0 <= meter.t - self._drawn < 1 / REFRESH_HZ:
            return
        self._drawn = meter.t
        try:
            self._live.update(self._panel(), refresh=True)
        except OSError:
            self._closed = True

    def close(self) -> None:
        closed, self._closed = self._closed, True
        if not closed:
            self._live.stop()

    def _count(self, event: Event) -> None:
        """Late blocks and underruns are counted at the bottom rather than told one by one."""
        if event.name in ("late", "underrun"):
            before = int(self._last.get(event.name, "0").split()[0])
            self._last[event.name] = f"{before + 1} {event.name}"

    def _say(self, t: float, who: str, text: Text) -> None:
        colour = _COLOURS[who]
        row = Table.grid(padding=(0, 1))
        row.add_column(width=7, justify="right", style="dim")
        row.add_column(width=6, style=colour)
        row.add_column(style=colour if who not in _NAMES else "")
        row.add_row(f"{t:.1f}", _NAMES.get(who, who), text)
        try:
            self._console.print(row)
        except OSError:
            self._closed = True

    def _panel(self) -> Group:
        width = self._console.width
        bar = max(6, min(24, width // 4))
        meter = self._meter
        user = _level("you", "cyan", meter.user_dbfs, bar)
        user.append(_tail(self._partial, width - len(user) - 1), style="dim italic")
        agent = _level("agent", "green", meter.agent_dbfs, bar)
        agent.append(_tail(self._phrases.open, width - len(agent) - 1))
        return Group(Text("─" * (width - 1), style="dim"), user, agent, self._status(width))

    def _status(self, width: int) -> Text:
        name, style = _FLOORS.get(self._meter.floor, (self._meter.floor, ""))
        minutes, seconds = divmod(int(self._meter.t), 60)
        line = Text(f" {minutes:02d}:{seconds:02d}  ", style="dim", no_wrap=True)
        line.append(f"● {name:14s}", style=style)
        line.append("  ".join(self._last.values()), style="dim")
        line.truncate(width - 1)
        return line


def _spoken(phrase: Phrase) -> Text:
    text = Text(phrase.text)
    if phrase.cut:
        text.append(" —", style="yellow")
    return text


def _level(name: str, colour: str, dbfs: float, bar: int) -> Text:
    """A name and a meter of `bar` columns, full at 0 dBFS."""
    share = 1 - max(QUIETEST_DBFS, min(0.0, dbfs)) / QUIETEST_DBFS
    filled = round(share * bar)
    hot = "red" if dbfs > -3 else colour
    return Text.assemble(
        (f" {name:6s}", colour), ("█" * filled, hot), ("░" * (bar - filled), "dim"), "  "
    )


def _tail(text: str, width: int) -> str:
    """The end of a text: the newest words are the ones to be seen."""
    if width <= 1:
        return ""
    return text if len(text) <= width else "…" + text[len(text) - width + 1 :]
