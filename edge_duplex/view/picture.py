"""A conversation as a picture: both waveforms, their words, who had the floor, and how long people waited.

The only place that knows matplotlib, which is imported when a picture is drawn (the extra `picture`).
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge_duplex.audio.wav import read_wav
from edge_duplex.errors import EdgeDuplexError
from edge_duplex.evaluate.latency import Latencies, measure, percentile
from edge_duplex.events import Event, parse
from edge_duplex.view.marks import Label, agent_words, floor_spans, rows, stagger, user_words

ROW_SECONDS = 13.0
MOST_ROWS = 40
"""A longer conversation is drawn from its end back."""
ROW_INCHES = 2.05
WIDTH_INCHES = 17.0
DPI = 100
WORD_SIZE = 10.5
"""Points."""
LANES = 2

USER, AGENT, BOTH, IDLE = "#2f6db5", "#d9722b", "#8e44ad", "#e9e9e9"
STOP, QUIET, INK = "#c0243c", "#6b6b6b", "#222222"
FLOOR = {"user": USER, "agent": AGENT, "overlap": BOTH}
USER_AXIS, AGENT_AXIS, WAVE = 1.05, -1.05, 0.78
"""Where in a row the waveforms lie; the floor band is at 0."""
USER_WORDS, AGENT_WORDS, LANE, SKILLS = 2.02, -2.06, 0.45, -3.02


@dataclass(frozen=True, slots=True)
class _Scene:
    """All there is to draw."""

    stereo: NDArray[np.int16]
    sample_rate: int
    events: list[Event]
    latencies: Latencies

    @property
    def seconds(self) -> float:
        return len(self.stereo) / self.sample_rate


def draw_files(recording: Path, events: Path, path: Path) -> None:
    """Draw a recording (stereo WAV, left user, right agent) and its event log. Raises EdgeDuplexError."""
    user, agent = (read_wav(recording, channel=channel) for channel in (0, 1))
    stereo = np.stack([user.samples, agent.samples], axis=1)
    draw(stereo, user.sample_rate, read_events(events), path)


def read_events(path: Path) -> list[Event]:
    """The log of a conversation, less what is not an event. Raises EdgeDuplexError if it cannot be read."""
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError as problem:
        raise EdgeDuplexError(f"{path}: cannot be read: {problem.strerror}") from problem
    log = []
    for line in lines:
        with suppress(ValueError):  # The last line of a run that was killed may be half a line.
            log.append(parse(line))
    return log


def draw(stereo: NDArray[np.int16], sample_rate: int, events: Iterable[Event], path: Path) -> None:
    """Write a PNG of int16 (n, 2), left the user, right the agent. An older picture at `path` stays until the
    new one is whole. Raises EdgeDuplexError if there is no matplotlib or the file cannot be written."""
    try:
        from matplotlib.figure import Figure
    except ImportError:
        raise EdgeDuplexError(
            f"{path}: no picture, matplotlib is not installed; pip install 'edge-duplex[picture]'"
        ) from None
    log = list(events)
    scene = _Scene(stereo, sample_rate, log, measure(stereo, sample_rate, log))
    shown = rows(floor_spans(log, scene.seconds), scene.seconds, ROW_SECONDS)[-MOST_ROWS:]
    height = len(shown) * ROW_INCHES + 0.9
    figure = Figure(figsize=(WIDTH_INCHES, height), dpi=DPI, facecolor="white")
    _title(figure, scene, height)
    for row, (start, end) in enumerate(shown):
        bottom = (height - 0.75 - (row + 1) * ROW_INCHES) / height
        axes = figure.add_axes((0.045, bottom + 0.12 / height, 0.945, (ROW_INCHES - 0.2) / height))
        _draw_row(axes, scene, start, end)
    _write(figure, path)


def _write(figure: Any, path: Path) -> None:
    part = path.with_name(f".{path.name}.part")
    try:
        figure.savefig(part, format="png")
        os.replace(part, path)
    except OSError as problem:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise EdgeDuplexError(
            f"{path}: cannot be written: {problem.strerror}; choose another place"
        ) from problem


def _title(figure: Any, scene: _Scene, height: float) -> None:
    replies = [reply.latency for reply in scene.latencies.replies]
    silent = [stop.silent_after for stop in scene.latencies.stops]
    parts = [f"{scene.seconds:.0f} s"]
    for name, values in (("reply", replies), ("stop", silent)):
        middle = percentile(values, 50)
        if middle is not None:
            parts.append(f"{name} p50 {middle:.2f} s ({len(values)})")
    y = 1 - 0.36 / height
    figure.text(0.045, y, "edge-duplex", fontsize=17, fontweight="bold", color=INK, va="center")
    figure.text(0.147, y, "   ·   ".join(parts), fontsize=13, color=QUIET, va="center")
    x = 0.99
    legend = {"stop latency": STOP, "reply latency": INK, "both speak": BOTH, "agent": AGENT, "user": USER}
    for name, colour in legend.items():
        figure.text(x, y, f"■ {name}", fontsize=12, color=colour, va="center", ha="right")
        x -= 0.028 + 0.0055 * len(name)


def _draw_row(axes: Any, scene: _Scene, start: float, end: float) -> None:
    axes.set_xlim(start, start + ROW_SECONDS)
    axes.set_ylim(-3.45, 2.95)
    axes.set_yticks([])
    for side in ("top", "left", "right", "bottom"):
        axes.spines[side].set_visible(False)
    axes.set_xticks(np.arange(np.ceil(start), end + 0.01, 1.0))
    axes.tick_params(axis="x", labelsize=9, colors=QUIET, length=3, pad=1)
    axes.text(start - 0.06, USER_AXIS, "user", color=USER, fontsize=12, ha="right", va="center")
    axes.text(start - 0.06, AGENT_AXIS, "agent", color=AGENT, fontsize=12, ha="right", va="center")
    _draw_waves(axes, scene, start, end)
    _draw_floor(axes, scene, start, end)
    _draw_words(axes, scene, start, end)
    _draw_marks(axes, scene, start, end)
    _draw_latencies(axes, scene, start, end)


def _draw_waves(axes: Any, scene: _Scene, start: float, end: float) -> None:
    hop = max(1, scene.sample_rate // 150)
    piece = scene.stereo[round(start * scene.sample_rate) : round(end * scene.sample_rate)]
    hops = len(piece) // hop
    if not hops:
        return
    cut = piece[: hops * hop].reshape(hops, hop, 2).astype(np.float64) / 32768.0
    t = start + (np.arange(hops) + 0.5) * hop / scene.sample_rate
    for channel, (axis, colour) in enumerate(((USER_AXIS, USER), (AGENT_AXIS, AGENT))):
        # A square root shows a ducked voice and a soft one, which a straight scale would flatten to a line.
        high = np.sqrt(np.abs(cut[:, :, channel]).max(axis=1)) * WAVE
        axes.fill_between(t, axis - high, axis + high, color=colour, linewidth=0, alpha=0.85)


def _draw_floor(axes: Any, scene: _Scene, start: float, end: float) -> None:
    axes.broken_barh([(start, end - start)], (-0.07, 0.14), color=IDLE, linewidth=0)
    for span in floor_spans(scene.events, scene.seconds):
        if span.end > start and span.start < end:
            left, right = max(start, span.start), min(end, span.end)
            axes.broken_barh([(left, right - left)], (-0.07, 0.14), color=FLOOR[span.text], linewidth=0)


def _draw_words(axes: Any, scene: _Scene, start: float, end: float) -> None:
    # Seconds that a character of this size is wide: 0.6 of its height on average.
    character = WORD_SIZE * 0.6 / 72 / (WIDTH_INCHES * 0.945) * ROW_SECONDS
    sides = (
        (user_words(scene.events), USER_WORDS, LANE, USER),
        (agent_words(scene.events), AGENT_WORDS, -LANE, AGENT),
    )
    for words, base, step, colour in sides:
        within = [word for word in words if start <= word.start < end]
        for word in stagger(within, LANES, character):
            y = base + step * word.lane
            axes.text(word.at, y, word.text, fontsize=WORD_SIZE, color=colour, va="center")
    skills = [
        Label(event.t, event.t, f"→ {event.fields.get('name', '?')}")
        for event in scene.events
        if event.name == "skill" and start <= event.t < end
    ]
    for skill in stagger(skills, 1, character * 0.9):
        axes.text(skill.at, SKILLS, skill.text, fontsize=9.5, color=QUIET, va="center", style="italic")


def _draw_marks(axes: Any, scene: _Scene, start: float, end: float) -> None:
    for event in scene.events:
        if not start <= event.t < end:
            continue
        if event.name in ("duck", "unduck"):
            marker = "v" if event.name == "duck" else "^"
            axes.plot([event.t], [AGENT_AXIS + 0.86], marker=marker, color=BOTH, markersize=7)
        elif event.name == "yield":
            axes.plot([event.t] * 2, [AGENT_AXIS - 0.8, AGENT_AXIS + 0.8], color=STOP, linewidth=1.6)
            axes.text(event.t + 0.05, AGENT_AXIS - 0.55, "yield", color=STOP, fontsize=10, va="center")
        elif event.name in ("underrun", "late"):
            axes.plot([event.t], [-3.36], marker="|", color=STOP, markersize=7)


def _draw_latencies(axes: Any, scene: _Scene, start: float, end: float) -> None:
    for reply in scene.latencies.replies:
        if start <= reply.user_end < end:
            _measure(axes, reply.user_end, reply.agent_start, 0.30, INK)
            _figure(axes, reply.user_end + 0.02, 0.66, f"{reply.latency:.2f} s", INK)
    for stop in scene.latencies.stops:
        if start <= stop.barge_in_start < end:
            silent = stop.barge_in_start + stop.silent_after
            _measure(axes, stop.barge_in_start, silent, -0.30, STOP)
            text = f"ducked {stop.ducked_after:.2f} s, silent {stop.silent_after:.2f} s"
            _figure(axes, silent + 0.06, -0.5, text, STOP)


def _measure(axes: Any, start: float, end: float, y: float, colour: str) -> None:
    """A line with a bar at each end."""
    axes.plot([start, end], [y, y], color=colour, linewidth=1.5, clip_on=False)
    for x in (start, end):
        axes.plot([x, x], [y - 0.17, y + 0.17], color=colour, linewidth=1.5, clip_on=False)


def _figure(axes: Any, x: float, y: float, text: str, colour: str) -> None:
    """A number that stays readable over a waveform."""
    from matplotlib.patheffects import withStroke

    halo = [withStroke(linewidth=3.5, foreground="white")]
    axes.text(x, y, text, color=colour, fontsize=11.5, fontweight="bold", va="center", path_effects=halo)
