"""The engine on conversations drawn as text, a character a 20 ms block."""

from __future__ import annotations

import numpy as np
from timelines import BLOCK, RATE, MarkedVad, ScriptedLink, loudness, names, play, speech, states

from edge_duplex.audio.chunks import Chunk
from edge_duplex.engine import Engine


def test_the_user_speaks_and_stops() -> None:
    moments = play("....#####..............")
    assert states(moments) == "......uuuuuuuuuuuuuu..."
    assert names(moments) == ["user_start", "user_stop"]


def test_a_click_is_not_speech() -> None:
    assert states(play("..#....##....#...")) == "." * 17


def test_start_and_stop_are_told_with_the_times_of_the_sound() -> None:
    moments = play("....#####..............")
    start, stop = [event for moment in moments for event in moment.events]
    assert start.fields == {"first_sound": 0.08}
    assert stop.fields == {"last_sound": 0.18}


def test_the_agent_speaks_with_a_fade_in_and_a_fade_out() -> None:
    moments = play("............", "..+++L......")
    assert states(moments) == "..aaa......."
    assert loudness(moments) == r"  /==\      "
    assert names(moments) == ["agent_start", "agent_stop"]


def test_the_user_starting_over_the_agent_ducks_it_and_an_uh_huh_brings_it_back() -> None:
    moments = play("......####......................", "..A.............................")
    assert states(moments) == "..aaaaaaxxxxxxxxxxxxxaaaaaaaaaaa"
    assert loudness(moments) == r"  /=====\------------/=========="
    assert names(moments) == ["agent_start", "user_start", "duck", "user_stop", "unduck"]


def test_a_yield_fades_out_in_one_block_and_drops_the_rest() -> None:
    moments = play("......########............", "..A.........y!!...........")
    assert states(moments) == "..aaaaaaxxxxuuuuuuuuuuuuu."
    assert loudness(moments) == r"  /=====\---\             "
    assert names(moments) == ["agent_start", "user_start", "duck", "yield", "agent_stop", "user_stop"]


def test_sustained_speech_with_no_verdict_yields_by_itself() -> None:
    moments = play("....." + "#" * 40, "A" + "." * 44, overlap_limit_ms=400)
    yields = [(m.now // BLOCK, e.fields["by"]) for m in moments for e in m.events if e.name == "yield"]
    # Speech from the sixth block on is sure at the eighth; the limit is 20 blocks, that one counted.
    assert yields == [(8 + 20 - 1, "limit")]


def test_stop_said_and_done_before_the_verdict_leaves_nobody_speaking() -> None:
    moments = play("....####..................", "A.....................y...")
    assert states(moments) == "aaaaaaxxxxxxxxxxxxxaaa...."
    assert loudness(moments) == "/=====\\------------/==\\   "


def test_a_yield_of_an_old_turn_does_nothing() -> None:
    link = ScriptedLink()
    engine = Engine(RATE, MarkedVad(), link)
    link.coming = [Chunk(0, speech(1)), Chunk(0, speech(0), yields=True)]
    engine.block(speech(1, 0))
    assert engine.turn == 1
    link.coming = [Chunk(1, speech(5)), Chunk(0, speech(0), yields=True)]
    assert engine.block(speech(1, 0)).state.value == "agent"


def test_an_utterance_that_runs_dry_is_an_underrun_and_goes_on() -> None:
    moments = play("..........", "++..++L...")
    assert names(moments) == ["agent_start", "underrun", "agent_stop"]
    assert states(moments) == "aaaaaa...."


def test_a_backchannel_does_not_take_the_floor() -> None:
    moments = play("#############......", "......b............")
    assert states(moments) == "..uuuuuuuuuuuuuuuuu"
    assert loudness(moments) == r"      /=\          "
    assert names(moments) == ["user_start"]


def test_every_fourth_block_the_model_is_given_the_frame_and_what_was_played() -> None:
    link = ScriptedLink()
    engine = Engine(RATE, MarkedVad(), link)
    link.coming = [Chunk(0, speech(6))]
    for level in (0, 1, 2, 3):
        engine.block(speech(1, level))
    ((report, frame),) = link.heard
    assert frame.shape == (4 * BLOCK,)
    assert frame[:: BLOCK].tolist() == [0, 1, 2, 3]
    assert (report.now, report.turn, report.played, report.pending) == (4 * BLOCK, 0, 4 * BLOCK, 2 * BLOCK)
    assert (report.voice, report.silence) == (3 * BLOCK, 0)


def test_after_a_yield_the_report_says_how_much_of_the_cut_turn_was_heard() -> None:
    link = ScriptedLink()
    engine = Engine(RATE, MarkedVad(), link)
    link.coming = [Chunk(0, speech(8))]
    for _ in range(5):
        engine.block(speech(1, 0))
    link.coming = [Chunk(0, speech(0), yields=True)]
    for _ in range(3):
        engine.block(speech(1, 0))
    report = link.heard[-1][0]
    assert (report.turn, report.played, report.pending, report.cut) == (1, 0, 0, 5 * BLOCK)


def test_a_model_started_again_begins_with_an_empty_turn() -> None:
    old, new = ScriptedLink(), ScriptedLink()
    engine = Engine(RATE, MarkedVad(), old)
    old.coming = [Chunk(0, speech(8))]
    engine.block(speech(1, 0))
    engine.attach(new)
    new.coming = [Chunk(1, speech(2), last=True)]
    fading = engine.block(speech(1, 0))
    assert [event.fields["by"] for event in fading.events if event.name == "yield"] == ["restart"]
    assert engine.turn == 1
    assert not np.array_equal(fading.said, speech(1, 0))
