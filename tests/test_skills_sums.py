"""Sums: worked out from words and signs, said back, and never wrong in silence."""

from datetime import UTC, datetime
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_duplex.skills.numbers import number, speak
from edge_duplex.skills.protocol import Answer, Scene
from edge_duplex.skills.registry import Skills


def calculate(words: str) -> Answer:
    return Skills().ask("math.calculate", words, Scene(datetime(2026, 11, 22, tzinfo=UTC)))



# --- sums


@pytest.mark.parametrize(
    ("words", "result"),
    [
        ("twelve times seven", 84),
        ("12 * 7", 84),
        ("what is fifteen percent of two hundred and forty", 36),
        ("three hundred and twelve divided by four", 78),
        ("ten take away four", 6),
        ("nine squared", 81),
        ("three cubed", 27),
        ("the square root of one hundred and forty four", 12),
        ("half of ninety", 45),
        ("three quarters of eighty", 60),
        ("point five times four", 2),
        ("minus five plus three", -2),
        ("two plus three times four", 14),
        ("two hundred plus ten percent", 220),
        ("one million minus one", 999_999),
        ("seven divided by two", 3.5),
        ("add five and six", 11),
        ("subtract two from nine", 7),
        ("four times for", 16),
        ("ate plus to", 10),
        ("five times no six times seven", 42),
    ],
)
def test_sums_are_worked_out_from_words_and_signs(words: str, result: float) -> None:
    assert calculate(words).result == result


def test_a_sum_is_said_back_with_its_result() -> None:
    answer = calculate("12 x 7")
    assert answer.text == "Twelve times seven is eighty four."
    assert answer.args == {"expression": "12 * 7"}


def test_a_rounded_result_is_called_so() -> None:
    assert (
        calculate("ten divided by three").text
        == "Ten divided by three is about three point three three three."
    )


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ("", "What should I work out?"),
        ("the meaning of life", "What should I work out?"),
        ("seven", "What should I do with seven?"),
        ("twelve times", "Twelve times what?"),
        ("one divided by zero", "Nothing can be divided by zero."),
        ("ninety to the power of ninety", "That number is too large for me."),
        ("one million times one million", "That number is too large for me."),
        ("the square root of minus four", "A negative number has no square root."),
    ],
)
def test_a_sum_that_cannot_be_worked_out_says_why(words: str, text: str) -> None:
    answer = calculate(words)
    assert answer.text == text
    assert answer.result is None


@given(st.integers(-999_999, 999_999), st.sampled_from(["plus", "minus", "times"]), st.integers(0, 999_999))
def test_a_spoken_sum_has_the_result_of_the_written_one(left: int, operator: str, right: int) -> None:
    truth = {"plus": left + right, "minus": left - right, "times": left * right}[operator]
    answer = calculate(f"{speak(left)} {operator} {speak(right)}")
    if abs(truth) < 10**12:
        assert answer.result == truth
        assert number(answer.text.split(" is ")[1].rstrip(".")) == truth


@given(st.integers(-1000, 1000), st.integers(1, 1000))
def test_a_spoken_division_is_right_to_three_decimals(left: int, right: int) -> None:
    answer = calculate(f"{speak(left)} divided by {speak(right)}")
    told = number(answer.text.split(" is ")[1].removeprefix("about ").rstrip("."))
    assert told is not None
    assert abs(told - Fraction(left, right)) <= Fraction(1, 2000)
