"""How much of the timeline the model still has before it: a window that is cut seldom, and then by half.

Each cut makes the whole trunk be decoded anew, so it must be rare; between cuts the trunk only grows at
its end.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from edge_duplex.models.interaction.prompt import START, trunk
from edge_duplex.timeline import Spoken, Who

MOST_TOKENS = 256
"""About as deep as the conversations the model was trained on."""


class Window:
    """Turns words into trunk tokens. `token_ids` gives the ids of one item: a control token or a word."""

    def __init__(self, token_ids: Callable[[str], list[int]], sample_rate: int, most: int = MOST_TOKENS) -> None:
        self._ids = token_ids
        self._rate = sample_rate
        self._most = most
        self.since = -1
        """Words heard to their end at or before this sample are no longer in the window."""

    def tokens(self, spoken: Sequence[Spoken]) -> list[int]:
        """The trunk, its root first. `spoken` in the order heard."""
        inside = [word for word in spoken if word.end > self.since]
        tokens = self._write(inside)
        while len(tokens) > self._most and len(inside) > 1:
            inside = self._later_half(inside)
            tokens = self._write(inside)
        return tokens

    def _write(self, spoken: Sequence[Spoken]) -> list[int]:
        return [token for item in (START, *trunk(spoken, self._rate)) for token in self._ids(item)]

    def _later_half(self, inside: Sequence[Spoken]) -> list[Spoken]:
        half = len(inside) // 2
        # Begin where the user begins, as every conversation does; anywhere if nobody else spoke in that half.
        starts = (
            i for i in range(half, len(inside)) if inside[i].who is Who.USER and inside[i - 1].who is not Who.USER
        )
        cut = next(starts, half)
        self.since = inside[cut - 1].end
        return [word for word in inside if word.end > self.since]
