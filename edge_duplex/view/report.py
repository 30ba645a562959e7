"""What came of a recorded conversation: its picture, and a table of who waited how long."""

from __future__ import annotations

import io
import shutil
from collections.abc import Callable, Sequence

import numpy as np
from rich.console import Console
from rich.table import Table
from rich.text import Text

from edge_duplex.audio.wav import read_wav
from edge_duplex.errors import EdgeDuplexError
from edge_duplex.evaluate.latency import Latencies, measure, percentile
from edge_duplex.events import Event
from edge_duplex.record import Places
from edge_duplex.view.picture import draw, read_events
from edge_duplex.view.turns import Turn, conversation

NARROWEST = 60


def show_report(places: Places, say: Callable[[str], None], width: int | None = None) -> None:
    """Measure a recording, draw its picture, and say the table and where everything is. Says nothing of a
    conversation that was over before it began. Raises EdgeDuplexError if its files cannot be read."""
    if not (places.sound.exists() and places.events.exists()):
        return
    user, agent = (read_wav(places.sound, channel=channel) for channel in (0, 1))
    stereo = np.stack([user.samples, agent.samples], axis=1)
    events = read_events(places.events)
    latencies = measure(stereo, user.sample_rate, events)
    columns = width or max(NARROWEST, shutil.get_terminal_size((100, 24)).columns)
    say(render(events, latencies, columns))
    kept = [places.sound, places.events]
    try:
        draw(stereo, user.sample_rate, events, places.picture)
        kept.append(places.picture)
    except EdgeDuplexError as problem:
        say(str(problem))
    say("kept: " + ", ".join(str(path) for path in kept))


def render(events: Sequence[Event], latencies: Latencies, width: int) -> str:
    """The table and the lines below it, with colours for a terminal, at most `width` columns wide."""
    stream = io.StringIO()
    console = Console(file=stream, width=width, force_terminal=True, color_system="standard", highlight=False)
    turns = conversation(events, latencies)
    if turns:
        console.print(_table(turns))
    for line in _summary(latencies, events):
        console.print(line)
    return stream.getvalue().rstrip("\n")


def _table(turns: Sequence[Turn]) -> Table:
    table = Table(box=None, padding=(0, 1), header_style="bold", expand=True)
    table.add_column("at", justify="right", style="dim", no_wrap=True)
    table.add_column("you", style="cyan", ratio=2)
    table.add_column("agent", style="green", ratio=3)
    for name in ("reply", "ducked", "silent"):
        table.add_column(name, justify="right", no_wrap=True)
    for turn in turns:
        stop = turn.stop
        table.add_row(
            f"{turn.start:.1f}",
            turn.text,
            _answer(turn),
            _seconds(turn.reply),
            _seconds(stop.ducked_after if stop else None),
            _seconds(stop.silent_after if stop else None),
        )
    return table


def _answer(turn: Turn) -> Text:
    if turn.answer:
        return Text(turn.answer)
    if turn.went_on is not None:
        return Text("(went on)", style="dim")
    return Text("(stopped)" if turn.stop else "", style="dim")


def _summary(latencies: Latencies, events: Sequence[Event]) -> list[str]:
    lines = [""]
    stops = latencies.stops
    for name, values in (
        ("reply", [reply.latency for reply in latencies.replies]),
        ("ducked", [stop.ducked_after for stop in stops]),
        ("silent", [stop.silent_after for stop in stops]),
    ):
        p50, p95 = percentile(values, 50), percentile(values, 95)
        if p50 is not None and p95 is not None:
            lines.append(f"{name:8s} p50 {p50:.2f} s   p95 {p95:.2f} s   n {len(values)}")
    if latencies.went_on:
        gap = max(on.longest_gap for on in latencies.went_on)
        times = _times(len(latencies.went_on))
        lines.append(f"went on  {times} over the user's voice, longest gap {gap:.2f} s")
    if latencies.cut_ins:
        lines.append(f"cut in   {_times(len(latencies.cut_ins))} while the user was speaking")
    return [*lines, _health(events)]


def _health(events: Sequence[Event]) -> str:
    """Late blocks and underruns of the sound card, and what the model did not deliver in time."""
    last = events[-1].fields if events and events[-1].name == "session_stop" else {}
    dropped = sum(event.name == "late" for event in events)
    dry = sum(event.name == "underrun" for event in events)
    sound = f"{last.get('late', 0)} late blocks, {last.get('underruns', 0)} underruns"
    return f"sound    {sound}; model: {dropped} late frames, {dry} times run dry"


def _times(n: int) -> str:
    return "once" if n == 1 else f"{n} times"


def _seconds(value: float | None) -> str:
    return "" if value is None else f"{value:.2f} s"
