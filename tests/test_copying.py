"""The arguments of a call can only be what the user said."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from edge_duplex.models.interaction.copying import Copying

# Words of one to three tokens: a hundred starts a word, single figures continue it.
WORDS = st.lists(st.tuples(st.integers(100, 105), st.lists(st.integers(0, 3), max_size=2)), max_size=8)


def starts_word(token: int) -> bool:
    return token >= 100


def copying(*said: int) -> Copying:
    return Copying(said, starts_word)


def test_any_word_may_come_first_and_only_a_later_one_next() -> None:
    copy = copying(100, 101, 102)
    assert copy.allowed() == {100, 101, 102}
    copy.take(101)
    assert copy.allowed() == {102}


def test_a_word_once_begun_is_finished() -> None:
    copy = copying(100, 1, 2, 101)
    assert not copy.within_word
    copy.take(100)
    assert (copy.within_word, copy.allowed()) == (True, {1})
    copy.take(1)
    copy.take(2)
    assert (copy.within_word, copy.allowed()) == (False, {101})


def test_what_was_said_twice_may_be_written_twice_and_no_more() -> None:
    copy = copying(100, 101, 100)
    for token in (100, 101, 100):
        copy.take(token)
    assert copy.allowed() == set()


@given(WORDS, st.randoms(use_true_random=False))
def test_every_copy_is_whole_words_as_said(words: list[tuple[int, list[int]]], chance: object) -> None:
    said = [token for first, rest in words for token in (first, *rest)]
    copy, written = copying(*said), []
    while copy.allowed() and (copy.within_word or chance.random() < 0.8):  # type: ignore[attr-defined]
        token = chance.choice(sorted(copy.allowed()))  # type: ignore[attr-defined]
        copy.take(token)
        written.append(token)
    rest = iter(said)
    assert all(token in rest for token in written), "not a subsequence"
    assert not copy.within_word
