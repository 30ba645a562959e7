"""Numbers and lengths of time: read from words as a recogniser writes them, and spoken."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_duplex.skills.durations import find_duration, seconds_in, speak_adjective, speak_duration
from edge_duplex.skills.numbers import LARGEST, number, ordinal, read_number, speak, tokens

_PIECES = (
    "a an and half quarter one two ten twenty hundred thousand million point minus for to five no wait "
    "minutes hour seconds of percent times 12 3.5 0 couple oh"
)
WORDS = st.sampled_from(_PIECES.split())


@given(st.integers(-LARGEST, LARGEST))
def test_a_whole_number_spoken_is_read_as_itself(value: int) -> None:
    assert number(speak(value)) == value


@given(st.integers(-(10**9), 10**9))
def test_a_decimal_spoken_is_read_as_itself(thousandths: int) -> None:
    value = Fraction(thousandths, 1000)
    assert number(speak(value)) == value


@given(st.integers(0, LARGEST))
def test_figures_are_read_as_words_are(value: int) -> None:
    assert number(str(value)) == number(f"{value:,}") == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("three hundred and twelve", 312),
        ("a hundred", 100),
        ("fifteen hundred", 1500),
        ("two thousand and five", 2005),
        ("one million two hundred thousand", 1_200_000),
        ("twenty-five", 25),
        ("point five", Fraction(1, 2)),
        ("three point one four", Fraction(314, 100)),
        ("three point twenty five", Fraction(325, 100)),
        ("one point five million", 1_500_000),
        ("one and a half", Fraction(3, 2)),
        ("half", Fraction(1, 2)),
        ("three quarters", Fraction(3, 4)),
        ("minus seven", -7),
        ("negative two point five", Fraction(-5, 2)),
        ("twenty to", 22),
        ("ate hundred", 800),
    ],
)
def test_numbers_are_read_as_people_say_them(text: str, value: Fraction) -> None:
    assert number(text) == value


@pytest.mark.parametrize(
    "text", ["", "and", "for", "to", "hello", "five ten", "minus", "point", "a", "hundred"]
)
def test_what_is_not_one_number_is_none(text: str) -> None:
    assert number(text) is None


@given(st.lists(WORDS, max_size=12))
def test_reading_any_words_ends_within_them(words: list[str]) -> None:
    for at in range(len(words) + 1):
        read = read_number(words, at)
        assert read is None or at < read[1] <= len(words)
    found = find_duration(words)
    assert found is None or 0 <= found.begin < found.end <= len(words)


def test_a_number_too_large_to_speak_is_refused() -> None:
    with pytest.raises(OverflowError):
        speak(LARGEST + 1)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0, "zero"),
        (21, "twenty one"),
        (105, "one hundred and five"),
        (1000, "one thousand"),
        (-3, "minus three"),
    ],
)
def test_numbers_are_spoken_plainly(value: int, words: str) -> None:
    assert speak(value) == words


def test_decimals_are_rounded_and_spoken_figure_by_figure() -> None:
    assert speak(Fraction(1, 3)) == "zero point three three three"
    assert speak(Fraction(5, 2)) == "two point five"
    assert speak(Fraction(-1, 10_000)) == "zero"


def test_ranks() -> None:
    assert [ordinal(n) for n in (1, 2, 3, 12, 20, 22, 30, 31)] == [
        "first", "second", "third", "twelfth", "twentieth", "twenty second", "thirtieth", "thirty first",
    ]  # fmt: skip


def test_signs_and_hyphens_become_tokens() -> None:
    assert tokens("Twenty-five × 1,000.5, please!") == ["twenty", "five", "*", "1000.5", "please"]
    assert tokens("12-7") == ["12", "-", "7"]


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("five minutes", 300),
        ("a minute", 60),
        ("ninety seconds", 90),
        ("half an hour", 1800),
        ("half hour", 1800),
        ("a half hour", 1800),
        ("half a minute", 30),
        ("a quarter of an hour", 900),
        ("three quarters of an hour", 2700),
        ("one and a half hours", 5400),
        ("an hour and a half", 5400),
        ("two minutes and a half", 150),
        ("an hour and twenty minutes", 4800),
        ("one hour twenty minutes and five seconds", 4805),
        ("a couple of minutes", 120),
        ("two point five minutes", 150),
        ("ten minute", 600),
        ("5-minute", 300),
        ("for minutes", 240),
        ("to hours", 7200),
        ("set it for ten minutes please", 600),
        ("five no ten minutes", 600),
        ("five minutes no ten", 600),
        ("five minutes no wait ten seconds", 10),
        ("twenty minutes sorry i mean half an hour", 1800),
    ],
)
def test_lengths_of_time_as_people_say_and_correct_them(text: str, seconds: int) -> None:
    assert seconds_in(text) == seconds


@pytest.mark.parametrize("text", ["", "five", "for the pasta", "minutes", "an", "to"])
def test_what_names_no_length_of_time_is_none(text: str) -> None:
    assert seconds_in(text) is None


@given(st.integers(1, 7 * 86400))
def test_a_length_of_time_spoken_is_read_as_itself(seconds: int) -> None:
    assert seconds_in(speak_duration(seconds)) == seconds
    assert seconds_in(speak_adjective(seconds)) == seconds


def test_lengths_of_time_are_spoken_as_people_do() -> None:
    assert speak_duration(4800) == "one hour and twenty minutes"
    assert speak_duration(90) == "ninety seconds"
    assert speak_duration(3661) == "one hour, one minute and one second"
    assert speak_adjective(300) == "five minute"
