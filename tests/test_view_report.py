"""The report says for every turn what was answered and how long it took."""

import re
import sys
from pathlib import Path

import numpy as np
import pytest

from edge_duplex.audio.tape import write_wav
from edge_duplex.evaluate.latency import Latencies, Reply, Stop, WentOn
from edge_duplex.events import Event
from edge_duplex.record import Places
from edge_duplex.view.report import render, show_report
from edge_duplex.view.turns import Utterance, conversation, utterances


def said(t: float, *words: str) -> list[Event]:
    return [Event(t + 0.1 * i, "agent_text", {"text": word}) for i, word in enumerate(words, start=1)]


def heard(t: float, text: str, start: float, end: float) -> Event:
    return Event(t, "user_text", {"text": text, "final": True, "start": start, "end": end})


LOG = [
    Event(0.0, "session_start"),
    Event(2.25, "agent_start"),
    *said(2.25, "I", "can"),
    heard(2.8, "what can you do", 1.0, 2.0),
    *said(2.9, "do", "sums"),
    Event(4.1, "duck"),
    Event(4.4, "yield", {"heard_ms": 2150}),
    Event(4.4, "agent_stop"),
    Event(5.3, "agent_start"),
    heard(5.9, "wait what time is it", 4.0, 5.1),
    *said(5.3, "it", "is", "ten"),
    heard(7.0, "uh huh", 6.0, 6.2),
    Event(8.0, "agent_stop"),
    Event(30.0, "underrun"),
    Event(40.0, "session_stop", {"late": 3, "underruns": 1}),
]
FOUND = Latencies(
    replies=(Reply(2.0, 2.26), Reply(5.1, 5.31)),
    stops=(Stop(4.01, 0.11, 0.41),),
    went_on=(WentOn(6.0, 6.2, 0.07),),
    cut_ins=(),
)


def test_an_utterance_has_the_words_that_were_heard() -> None:
    assert utterances(LOG) == [Utterance(2.25, "I can do sums", cut=True), Utterance(5.3, "it is ten")]


def test_each_turn_has_its_answer_and_its_waits() -> None:
    first, second, third = conversation(LOG, FOUND)
    assert (first.text, first.answer, first.stop) == ("what can you do", "I can do sums —", None)
    assert first.reply == pytest.approx(0.26)
    assert (second.answer, second.stop) == ("it is ten", FOUND.stops[0])
    assert second.reply == pytest.approx(0.21)
    assert (third.answer, third.reply, third.went_on) == ("", None, FOUND.went_on[0])


def plain(text: str) -> str:
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


@pytest.mark.parametrize("width", [60, 100])
def test_the_table_fits_and_holds_every_number(width: int) -> None:
    lines = plain(render(LOG, FOUND, width)).splitlines()
    assert max(len(line.rstrip()) for line in lines) <= width
    text = "\n".join(lines)
    for number in ("0.26 s", "0.21 s", "0.11 s", "0.41 s", "(went on)", "3 late blocks", "run dry"):
        assert number in text
    assert re.search(r"reply +p50 0\.2[34] s +p95 0\.26 s +n 2", text)


def test_a_conversation_in_which_nobody_spoke_has_no_table() -> None:
    text = plain(render([Event(0, "session_start")], Latencies((), (), (), ()), 80))
    assert text.split("\n")[-1].startswith("sound    0 late blocks")
    assert "you" not in text


def places(folder: Path) -> Places:
    return Places(folder / "conversation.wav", folder / "events.jsonl", folder / "timeline.png")


def test_it_says_what_was_kept(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    where = places(tmp_path)
    write_wav(where.sound, np.zeros((16000, 2), np.int16), 16000)
    where.events.write_text("".join(event.line() + "\n" for event in LOG))
    lines: list[str] = []
    show_report(where, lines.append, width=80)
    assert lines[-1] == f"kept: {where.sound}, {where.events}, {where.picture}"
    assert where.picture.exists()


def test_without_matplotlib_there_is_still_a_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    where = places(tmp_path)
    write_wav(where.sound, np.zeros((16000, 2), np.int16), 16000)
    where.events.write_text("".join(event.line() + "\n" for event in LOG))
    lines: list[str] = []
    show_report(where, lines.append, width=80)
    assert "uh huh" in lines[0]
    assert "matplotlib" in lines[1]
    assert str(where.picture) not in lines[-1]


def test_nothing_recorded_is_nothing_to_report(tmp_path: Path) -> None:
    show_report(places(tmp_path), pytest.fail)
