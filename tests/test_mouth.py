"""The mouth: what flite's sound and words become before they are played."""

import resource

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_duplex.errors import ModelError
from edge_duplex.models.interaction import flite
from edge_duplex.models.interaction.flite import SaidWord
from edge_duplex.models.interaction.mouth import (
    PEAK,
    FliteMouth,
    levelled,
    said_words,
    sentences,
    sounded_part,
    speakable,
)

RATE = 16000


@pytest.fixture(scope="module")
def mouth() -> FliteMouth:
    return FliteMouth("slt")


def texts(mouth: FliteMouth, text: str) -> list[str]:
    return [word.text for word in mouth.say(text).words]


def rms_db(samples: np.ndarray) -> float:
    return float(20 * np.log10(np.sqrt(np.mean(samples.astype(float) ** 2)) / 32768))


def test_numbers_are_on_the_timeline_as_they_are_said(mouth: FliteMouth) -> None:
    assert texts(mouth, "It's 10 past 3.") == ["it's", "ten", "past", "three"]


def test_a_short_form_is_one_word_with_its_apostrophe(mouth: FliteMouth) -> None:
    assert texts(mouth, "I'm sure we'll stop John's timer; don't worry.") == [
        "i'm", "sure", "we'll", "stop", "john's", "timer", "don't", "worry",
    ]  # fmt: skip


def test_a_hyphen_between_two_words_leaves_two_words(mouth: FliteMouth) -> None:
    assert texts(mouth, "Your five-minute timer") == ["your", "five", "minute", "timer"]


def test_words_lie_in_order_within_the_sound(mouth: FliteMouth) -> None:
    speech = mouth.say("Your five minute timer is done, and it is ten past three.")
    edges = [edge for word in speech.words for edge in (word.start, word.end)]
    assert edges == sorted(edges)
    assert edges[0] >= 0
    assert edges[-1] <= speech.samples.size


@pytest.mark.parametrize("text", ["Okay.", "Hello, how can I help you today?", "Stop."])
def test_the_first_sound_is_within_10_ms_and_the_last_100_ms_before_the_end(
    mouth: FliteMouth, text: str
) -> None:
    samples = np.abs(mouth.say(text).samples.astype(int))
    audible = np.flatnonzero(samples > samples.max() * 0.0101)
    assert audible[0] <= RATE // 100
    assert samples.size - audible[-1] <= RATE * 105 // 1000


@pytest.mark.parametrize("voice", flite.VOICES)
def test_every_voice_is_as_loud_as_the_others_and_none_clips(voice: str) -> None:
    samples = FliteMouth(voice).say("The quick brown fox jumps over the lazy dog.").samples
    assert rms_db(samples) == pytest.approx(-21, abs=2)
    assert np.abs(samples.astype(int)).max() <= PEAK + 1


@pytest.mark.parametrize("text", ["", "   ", "...", "你好", "\x00", "?!"])
def test_what_cannot_be_spoken_is_silent_and_without_words(mouth: FliteMouth, text: str) -> None:
    speech = mouth.say(text)
    assert speech.samples.size == 0
    assert speech.words == ()


def test_a_faster_rate_gives_shorter_sound_of_the_same_words() -> None:
    slow, fast = FliteMouth("slt", rate=0.8), FliteMouth("slt", rate=1.25)
    text = "It is half past nine."
    assert fast.say(text).samples.size < 0.75 * slow.say(text).samples.size
    assert [w.text for w in fast.say(text).words] == [w.text for w in slow.say(text).words]


def test_the_same_text_is_the_same_sound_to_the_sample(mouth: FliteMouth) -> None:
    first = mouth.say("She sees the sea.").samples
    mouth.say("Something else.")
    assert np.array_equal(mouth.say("She sees the sea.").samples, first)


def test_one_mouths_rate_is_not_anothers() -> None:
    plain = FliteMouth("slt")
    before = plain.say("Good morning.").samples.size
    FliteMouth("slt", rate=2.0).say("Good morning.")
    assert plain.say("Good morning.").samples.size == before


def test_an_unknown_voice_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ModelError, match="slt"):
        FliteMouth("nobody")


def test_a_missing_library_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError("cannot open shared object file")

    monkeypatch.setattr(flite.ctypes, "CDLL", refuse)
    with pytest.raises(ModelError, match="apt install flite"):
        FliteMouth("slt")


def test_a_thousand_sentences_leave_no_memory_behind(mouth: FliteMouth) -> None:
    for number in range(50):
        mouth.say(f"Number {number}.")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for number in range(1000):
        mouth.say(f"Number {number}.")
    grown_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    # One leaked sentence is about 30 KiB of samples alone; a thousand of them would be 30 MiB.
    assert grown_kib < 6000


@given(st.text(max_size=60))
def test_any_text_becomes_printable_ascii_or_nothing(text: str) -> None:
    plain = speakable(text)
    assert plain == "" or (plain.isascii() and plain.isprintable() and any(c.isalnum() for c in plain))


def test_typographic_signs_are_said() -> None:
    assert speakable("It’s −3 × 4 — really…") == "It's minus 3 times 4, really."


def test_sentences_are_cut_after_their_stops_only() -> None:
    assert sentences("It is 3.5. Good! Anything else?") == ["It is 3.5.", "Good!", "Anything else?"]
    assert sentences("") == []


@given(st.lists(st.integers(-32768, 32767), max_size=400))
def test_levelling_never_clips_and_keeps_the_shape(values: list[int]) -> None:
    sound = np.array(values, dtype=np.int16)
    loud = levelled(sound)
    assert loud.shape == sound.shape
    assert np.abs(loud.astype(int)).max(initial=0) <= PEAK + 1
    assert np.all(np.sign(loud) * np.sign(sound) >= 0)


def test_silence_has_no_sounded_part() -> None:
    assert sounded_part(np.zeros(1000, dtype=np.int16), RATE) == (0, 0)


@given(
    st.lists(st.tuples(st.floats(0, 3), st.floats(0, 3)), max_size=8),
    st.integers(0, 5000),
    st.integers(0, 40000),
)
def test_word_times_never_leave_the_sound_nor_run_backwards(
    times: list[tuple[float, float]], cut: int, length: int
) -> None:
    items = [SaidWord("a", "a", n, min(t), max(t)) for n, t in enumerate(times)]
    words = said_words(items, RATE, cut, length)
    edges = [edge for word in words for edge in (word.start, word.end)]
    assert edges == sorted(edges)
    assert all(0 <= edge <= length for edge in edges)
