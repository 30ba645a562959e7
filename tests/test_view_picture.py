"""The picture is a whole PNG or a one-line error, and an older one is never spoilt."""

import sys
from pathlib import Path

import numpy as np
import pytest

from edge_duplex.audio.tape import write_wav
from edge_duplex.errors import EdgeDuplexError
from edge_duplex.events import Event
from edge_duplex.view.picture import ROW_INCHES, draw, draw_files

RATE = 16000
LOG = [
    Event(0.0, "session_start"),
    Event(0.6, "user_start", {"first_sound": 0.5}),
    Event(1.7, "user_stop", {"last_sound": 1.5}),
    Event(1.8, "agent_start"),
    Event(1.8, "skill", {"name": "clock.time", "args": {}, "result": "15:10"}),
    Event(2.1, "agent_text", {"text": "it"}),
    Event(2.2, "user_text", {"text": "what time is it", "final": True}),
    Event(2.6, "user_start", {"first_sound": 2.5}),
    Event(2.6, "duck"),
    Event(2.9, "yield", {"heard_ms": 1100, "by": "model"}),
    Event(2.9, "agent_stop"),
]


def talk(seconds: float = 4.0) -> np.ndarray:
    """The conversation of `LOG` as noise, int16 (n, 2)."""
    sound = np.random.default_rng(0).integers(-9000, 9000, (int(seconds * RATE), 2)).astype(np.int16)
    t = np.arange(len(sound)) / RATE
    sound[~(((t > 0.5) & (t < 1.5)) | ((t > 2.5) & (t < 3.5))), 0] = 0
    sound[~((t > 1.8) & (t < 2.9)), 1] = 0
    return sound


def png_size(path: Path) -> tuple[int, int]:
    data = path.read_bytes()
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    assert data[-8:-4] == b"IEND"
    return int.from_bytes(data[16:20]), int.from_bytes(data[20:24])


def test_it_is_a_whole_png_with_the_words_and_waits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    axes = pytest.importorskip("matplotlib.axes")
    texts: list[str] = []
    original = axes.Axes.text
    monkeypatch.setattr(axes.Axes, "text", lambda *a, **k: (texts.append(a[3]), original(*a, **k))[1])
    draw(talk(), RATE, LOG, tmp_path / "timeline.png")
    assert png_size(tmp_path / "timeline.png")[0] > 1000
    assert {"what", "time", "is", "it", "→ clock.time", "0.30 s", "yield"} <= set(texts)
    assert any("silent 0.40 s" in text for text in texts)
    assert [path.name for path in tmp_path.iterdir()] == ["timeline.png"]


def test_it_grows_with_the_conversation_but_not_without_limit(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    for seconds, rows in ((1.0, 1), (14.0, 2)):
        draw(talk(seconds), RATE, [], tmp_path / "a.png")
        assert png_size(tmp_path / "a.png")[1] == pytest.approx((rows * ROW_INCHES + 0.9) * 100, abs=1)


def test_files_are_drawn_even_if_the_log_ends_in_half_a_line(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    write_wav(tmp_path / "r.wav", talk(), RATE)
    (tmp_path / "e.jsonl").write_text("".join(e.line() + "\n" for e in LOG) + '{"t": 3.2, "ev')
    draw_files(tmp_path / "r.wav", tmp_path / "e.jsonl", tmp_path / "timeline.png")
    assert png_size(tmp_path / "timeline.png")


def test_a_place_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    with pytest.raises(EdgeDuplexError, match=r"^[^\n]*nowhere/x.png: cannot be written: [^\n]*$"):
        draw(talk(1), RATE, [], tmp_path / "nowhere" / "x.png")


def test_without_matplotlib_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(EdgeDuplexError, match=r"edge-duplex\[picture\]"):
        draw(talk(1), RATE, LOG, tmp_path / "x.png")
