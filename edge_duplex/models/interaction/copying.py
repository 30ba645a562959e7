"""The arguments of a call are the user's words. A small model knows where to look but slips when it writes them out,
so what it may write there is held to what was said: whole words, in the order in which they were said, some left out
("five, no, ten minutes" becomes "ten minutes").
"""

from __future__ import annotations

from collections.abc import Callable, Sequence


class Copying:
    """Where in the user's words a copy of them has got to."""

    def __init__(self, said: Sequence[int], starts_word: Callable[[int], bool]) -> None:
        """`said`: the tokens of the words that are being answered."""
        self._said, self._starts_word = list(said), starts_word
        self._at = 0

    @property
    def within_word(self) -> bool:
        """The last word is not finished yet."""
        return 0 < self._at < len(self._said) and not self._starts_word(self._said[self._at])

    @property
    def follows(self) -> int | None:
        """The token after the last one that was taken; None at the beginning and at the end."""
        return self._said[self._at] if 0 < self._at < len(self._said) else None

    def allowed(self) -> set[int]:
        """The tokens that may come next."""
        if self.within_word:
            return {self._said[self._at]}
        return {token for token in self._said[self._at :] if self._starts_word(token)}

    def take(self, token: int) -> None:
        """`token`, one of those allowed, has been written."""
        self._at = self._said.index(token, self._at) + 1
