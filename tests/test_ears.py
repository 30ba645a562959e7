"""The ears: when they recognise, when an utterance is over, and what real words come out."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_duplex.audio.frames import Samples
from edge_duplex.errors import ModelError
from edge_duplex.models.interaction.ears import (
    CATCH_UP,
    LONGEST_MS,
    PRE_ROLL_MS,
    SETTLE_MS,
    STALE_MS,
    Heard,
    StreamingEars,
)
from edge_duplex.models.interaction.mouth import FliteMouth
from edge_duplex.models.interaction.protocols import Hypothesis
from edge_duplex.models.interaction.sphinx import Sphinx
from edge_duplex.models.protocol import FloorReport
from edge_duplex.models.registry import DICTIONARY, LANGUAGE

FRAME = 1280
RATE = 16000


class Echo:
    """A recogniser of frames that are numbers: a frame of n > 0 is the word "n", one of 0 is silence."""

    def __init__(self) -> None:
        self.sound: list[int] | None = None
        self.most = 0
        self.starts = 0
        self.fed_in_step = 0

    def start(self) -> None:
        assert self.sound is None, "started twice"
        self.sound = []
        self.starts += 1

    def feed(self, samples: Samples) -> None:
        assert self.sound is not None, "fed while stopped"
        self.sound.append(int(samples[0]))
        self.fed_in_step += 1
        self.most = max(self.most, len(self.sound))

    def words(self) -> tuple[Heard, ...]:
        assert self.sound is not None, "asked while stopped"
        return tuple(Heard(str(n), i * FRAME, (i + 1) * FRAME) for i, n in enumerate(self.sound) if n)

    def stop(self) -> None:
        assert self.sound is not None, "stopped twice"
        self.sound = None


class Run:
    """Plays a text into the ears, a character a frame: `.` silence, `#` a word, `-` voice without a word."""

    def __init__(self) -> None:
        self.recogniser = Echo()
        self.ears = StreamingEars(self.recogniser)
        self.now = self.voice = self.silence = 0

    def play(self, text: str) -> list[Hypothesis]:
        return [self._step(character) for character in text]

    def _step(self, character: str) -> Hypothesis:
        self.now += FRAME
        voiced = character != "."
        self.voice = self.voice + FRAME if voiced else 0
        self.silence = 0 if voiced else self.silence + FRAME
        value = self.now // FRAME if character == "#" else 0
        floor = FloorReport(self.now, 0, 0, 0, self.voice, self.silence)
        self.recogniser.fed_in_step = 0
        return self.ears.hear(np.full(FRAME, value, dtype=np.int16), floor)


def words(hypothesis: Hypothesis) -> list[int]:
    return [int(word.text) for word in hypothesis.words]


SETTLED = "." * (SETTLE_MS // 80)


def test_nothing_is_recognised_in_silence() -> None:
    run = Run()
    assert set(run.play("." * 50)) == {Hypothesis()}
    assert run.recogniser.starts == 0


def test_words_grow_frame_by_frame_and_are_final_once() -> None:
    run = Run()
    heard = run.play("......##" + SETTLED + "....")
    assert [words(h) for h in heard if h.final] == [[7, 8]]
    assert words(heard[7 + 3]) == [7, 8]
    assert heard[-1] == Hypothesis()


def test_words_are_timed_in_samples_of_the_session() -> None:
    run = Run()
    last = run.play("." * 20 + "##" + "..")[-1]
    assert [(w.start, w.end) for w in last.words] == [(20 * FRAME, 21 * FRAME), (21 * FRAME, 22 * FRAME)]


def test_the_sound_before_the_voice_was_noticed_is_recognised_too() -> None:
    run = Run()
    # The detector misses the beginning: the frame sounds, but counts as silence.
    run.play("." * 10)
    run.now += FRAME
    run.silence += FRAME
    run.ears.hear(np.full(FRAME, 99, dtype=np.int16), FloorReport(run.now, 0, 0, 0, 0, run.silence))
    assert words(run.play("##....")[-1]) == [99, 12, 13]
    assert PRE_ROLL_MS >= 300


def test_the_pre_roll_is_not_recognised_all_in_one_step() -> None:
    run = Run()
    run.play("." * 20)
    for _ in range(6):
        run.play("#")
        assert run.recogniser.fed_in_step <= CATCH_UP


def test_a_short_pause_does_not_end_an_utterance_and_a_long_one_does() -> None:
    run = Run()
    pause = "." * (SETTLE_MS // 80 - 1)
    heard = run.play("##" + pause + "##" + SETTLED + "##" + SETTLED)
    assert [len(h.words) for h in heard if h.final] == [4, 2]


def test_an_utterance_without_a_word_ends_empty_and_final() -> None:
    heard = Run().play("...---" + SETTLED)
    assert heard[-1] == Hypothesis((), final=True)


def test_noise_after_the_words_does_not_hold_them_open() -> None:
    run = Run()
    heard = run.play("##" + "-" * (STALE_MS // 80 + 4) + "#" + SETTLED)
    assert [len(h.words) for h in heard if h.final] == [2, 1]


def test_a_long_utterance_keeps_its_words_while_the_recogniser_begins_anew() -> None:
    run = Run()
    heard = run.play("#" * 600 + SETTLED)
    assert words(heard[-1]) == list(range(1, 601))
    assert heard[-1].final
    assert run.recogniser.most <= LONGEST_MS // 80 + CATCH_UP


def test_closing_in_the_middle_of_an_utterance_stops_the_recogniser() -> None:
    run = Run()
    run.play("..##")
    run.ears.close()
    assert run.recogniser.sound is None


@settings(deadline=None)
@given(st.text("...##-", max_size=150))
def test_every_word_is_final_in_exactly_one_utterance(text: str) -> None:
    run = Run()
    heard = run.play(text + SETTLED + "....")
    final = [word for h in heard if h.final for word in words(h)]
    spoken = [at for at, character in enumerate(text, 1) if character == "#"]
    assert final == spoken
    for hypothesis in heard:
        assert all(w.end - w.start == FRAME and w.end == int(w.text) * FRAME for w in hypothesis.words)


# --- with the recogniser itself


@pytest.fixture(scope="module")
def sphinx() -> Sphinx:
    return Sphinx(LANGUAGE, DICTIONARY)


def listen(sphinx: Sphinx, sound: Samples) -> list[Hypothesis]:
    """With silence around it, and a floor that knows where the sound is."""
    lead, tail = 10 * FRAME, 24 * FRAME
    whole = np.concatenate([np.zeros(lead), sound, np.zeros(tail + -sound.size % FRAME)]).astype(np.int16)
    ears, heard, last = StreamingEars(sphinx), [], lead + sound.size
    for at in range(0, whole.size, FRAME):
        now = at + FRAME
        voiced = now > lead and at < last
        floor = FloorReport(now, 0, 0, 0, now - lead if voiced else 0, 0 if voiced else max(FRAME, now - last))
        heard.append(ears.hear(whole[at:now], floor))
    ears.close()
    return heard


@pytest.mark.parametrize("text", ["what time is it", "set a timer for five minutes", "stop", "no thank you"])
def test_spoken_sentences_are_heard(sphinx: Sphinx, text: str) -> None:
    speech = FliteMouth("slt").say(text)
    heard = listen(sphinx, speech.samples)
    (final,) = [h for h in heard if h.final]
    assert [w.text for w in final.words] == text.split()
    for said, word in zip(speech.words, final.words, strict=True):
        assert abs(word.end - 10 * FRAME - said.end) < RATE // 5


def test_the_whole_sentence_is_there_soon_after_its_last_sound(sphinx: Sphinx) -> None:
    speech = FliteMouth("slt").say("set a timer for five minutes")
    heard = listen(sphinx, speech.samples)
    whole = next(i for i, h in enumerate(heard) if len(h.words) == 6)
    last_sound = 10 * FRAME + speech.words[-1].end
    assert (whole + 1) * FRAME - last_sound <= RATE // 4


def test_a_hum_is_no_word(sphinx: Sphinx) -> None:
    time = np.arange(RATE * 3 // 2) / RATE
    hum = (2500 * np.sin(2 * np.pi * 120 * time)).astype(np.int16)
    assert [h.words for h in listen(sphinx, hum) if h.final] == [()]


def test_a_door_does_not_deafen_it_to_the_next_sentence(sphinx: Sphinx) -> None:
    bang = np.random.default_rng(1).normal(0, 6000, RATE // 2) * np.exp(-np.arange(RATE // 2) / 1000)
    for _ in range(3):
        listen(sphinx, bang.astype(np.int16))
    heard = listen(sphinx, FliteMouth("slt").say("what time is it").samples)
    assert " ".join(w.text for w in heard[-1].words or next(h for h in heard if h.final).words) == ("what time is it")


def test_a_missing_file_is_named() -> None:
    with pytest.raises(ModelError, match=r"nowhere\.arpa"):
        Sphinx(Path("nowhere.arpa"))


def test_a_file_that_is_no_language_model_is_named(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.arpa"
    wrong.write_text("this is not a language model\n")
    with pytest.raises(ModelError, match=r"wrong\.arpa"):
        Sphinx(wrong)
