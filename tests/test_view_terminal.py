"""Plain lines for pipes, a live screen for terminals; neither ever takes the conversation down."""

import io
import re

import pytest

from edge_duplex.events import Event
from edge_duplex.view.live import LiveView
from edge_duplex.view.plain import PlainView
from edge_duplex.view.protocol import Meter
from edge_duplex.view.terminal import open_view

HIDE, SHOW = "\x1b[?25l", "\x1b[?25h"

TALK = [
    Event(0.0, "session_start"),
    Event(1.0, "user_start"),
    Event(1.6, "user_text", {"text": "what time", "final": False}),
    Event(2.1, "user_stop", {"last_sound": 2.0}),
    Event(2.24, "agent_start"),
    Event(2.3, "user_text", {"text": "what time is it", "final": True}),
    Event(2.3, "skill", {"name": "clock.time", "args": {}, "result": "15:10"}),
    Event(2.5, "agent_text", {"text": "it"}),
    Event(2.7, "agent_text", {"text": "is"}),
    Event(2.8, "duck"),
    Event(3.0, "agent_text", {"text": "ten"}),
    Event(3.1, "yield", {"heard_ms": 860}),
    Event(4.0, "notice", {"text": "the model died; started again"}),
    Event(4.1, "late", {"model_ms": 90.0}),
    Event(4.2, "late", {"model_ms": 90.0}),
    Event(4.3, "underrun"),
    Event(5.0, "session_stop"),
]


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class Broken(Terminal):
    """A stream whose other end goes away after a few writes."""

    def __init__(self, writes: int) -> None:
        super().__init__()
        self.left = writes

    def write(self, text: str) -> int:
        self.left -= 1
        if self.left < 0:
            raise BrokenPipeError
        return super().write(text)


def meter(t: float, floor: str = "idle") -> Meter:
    return Meter(t, -20.0, -60.0, floor)


def test_a_pipe_gets_one_line_for_each_thing() -> None:
    stream = io.StringIO()
    view = open_view(stream, {"TERM": "xterm"})
    for event in TALK:
        view.event(event)
    view.close()
    assert stream.getvalue() == (
        "[   0.00] start    listening\n"
        "[   1.00] user     what time is it\n"
        "[   2.30] skill    clock.time\n"
        "[   2.24] agent    it is  (reply 0.24 s)\n"
        "[   2.80] floor    both speak: agent ducked\n"
        "[   3.00] agent    ten --\n"
        "[   3.10] floor    agent gives way, 0.9 s of it heard\n"
        "[   4.00] notice   the model died; started again\n"
        "[   5.00] stop     2 late, 1 underrun\n"
    )


def test_a_terminal_gets_the_live_view_unless_it_is_dumb() -> None:
    live = open_view(Terminal(), {"TERM": "xterm"})
    live.close()
    assert isinstance(live, LiveView)
    assert isinstance(open_view(Terminal(), {"TERM": "dumb"}), PlainView)
    assert isinstance(open_view(Terminal(), {}), PlainView)


@pytest.mark.parametrize("writes", range(6))
@pytest.mark.parametrize("make", [PlainView, lambda stream: LiveView(stream, width=60)])
def test_a_reader_that_goes_away_is_no_error(make: object, writes: int) -> None:
    view = make(Broken(writes))  # type: ignore[operator]
    for event in TALK:
        view.event(event)
        view.meter(meter(event.t))
    view.close()


@pytest.mark.parametrize("width", [20, 32, 48, 80, 200])
def test_no_line_of_the_live_view_is_wider_than_the_terminal(width: int) -> None:
    stream = Terminal()
    view = LiveView(stream, width=width)
    view.event(Event(1.0, "user_text", {"text": "a long story " * 30, "final": False}))
    before = stream.tell()
    view.meter(meter(2.0, "overlap"))
    drawn = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", stream.getvalue()[before:])
    view.close()
    assert "you" in drawn
    assert max(len(line) for line in drawn.replace("\r", "\n").split("\n")) <= width


def test_the_live_view_shows_both_sides_the_floor_and_the_wait() -> None:
    stream = Terminal()
    view = LiveView(stream, width=80)
    for event in TALK[:10]:
        view.event(event)
    view.meter(meter(3.0, "overlap"))
    view.close()
    shown = stream.getvalue()
    for text in ("what time is it", "it is", "both speak", "reply 0.24 s", "clock.time"):
        assert text in shown


def test_it_draws_at_most_eight_times_a_second() -> None:
    stream = Terminal()
    view = LiveView(stream, width=80)
    drawn = 0
    for i in range(100):
        before = stream.tell()
        view.meter(meter(i * 0.02))
        drawn += stream.tell() > before
    view.close()
    assert 14 <= drawn <= 17


def test_closing_gives_the_cursor_back_once() -> None:
    stream = Terminal()
    view = LiveView(stream, width=80)
    view.meter(meter(0.5))
    view.close()
    view.close()
    view.meter(meter(1.5))
    view.event(TALK[0])
    shown = stream.getvalue()
    assert shown.count(HIDE) == shown.count(SHOW) == 1
    assert shown.endswith(SHOW) or HIDE not in shown.split(SHOW)[1]
