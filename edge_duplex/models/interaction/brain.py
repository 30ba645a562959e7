"""The interaction model in llama.cpp: the trunk in its cache, statuses tried on it as leaves, replies as
forks.

Nothing is decoded twice: a trunk that grew is extended, one that was revised is taken back to where it
changed, and a status that was tried before on the same trunk is remembered, so that silence costs nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from edge_duplex.errors import ModelError
from edge_duplex.models.interaction.copying import Copying
from edge_duplex.models.interaction.prompt import (
    CALL,
    CONTROLS,
    DUE,
    END,
    REPLY,
    START,
    Action,
    Reply,
    Status,
    parse_reply,
)
from edge_duplex.models.llama import Llama

TRUNK, FORK = 0, 1
LONGEST_REPLY = 60
"""Tokens. A reply that is not over by then is malformed."""
CALL_AND_NAME = 2
"""Tokens: a call and the first of its name. From there on a token that starts a word starts the arguments."""

GOING_ON = 2.0
"""Added to the score of the user's very next word while arguments are copied: leaving one out needs a reason."""


class Brain:
    """One trunk, one fork. Raises ModelError if the vocabulary lacks a control token."""

    def __init__(self, llama: Llama) -> None:
        self._llama = llama
        lacking = [name for name in (START, *CONTROLS) if name not in llama.controls]
        if lacking:
            raise ModelError(f"not a model for this version: its vocabulary lacks {lacking[0]}; reinstall the package")
        self._actions = [llama.controls[action.token] for action in Action]
        self._barred = self._never_in_a_reply()
        self._starts_word = np.array([llama.piece(token).startswith(" ") for token in range(llama.vocabulary)])
        self._words: dict[str, list[int]] = {}
        self._held: list[int] = []
        self._tried: dict[Status, dict[Action, float]] = {}
        self._branch: list[int] | None = None
        self._next: NDArray[np.float32] | None = None
        self._copying: Copying | None = None
        """Of the user's words, while the arguments of a call are written."""
        self._said: list[int] | None = None
        self.decoded = 0
        """Tokens decoded so far."""

    def _never_in_a_reply(self) -> NDArray[np.float32]:
        """Added to the scores while a reply is written, shape (vocabulary,)."""
        barred = np.zeros(self._llama.vocabulary, dtype=np.float32)
        barred[[token for name, token in self._llama.controls.items() if name not in (CALL, DUE, END)]] = -np.inf
        return barred

    def token_ids(self, item: str) -> list[int]:
        """The ids of a control token or a word."""
        if item not in self._words:
            control = self._llama.controls.get(item)
            self._words[item] = [control] if control is not None else self._llama.tokens(item)
        return self._words[item]

    def read(self, trunk: Sequence[int]) -> bool:
        """Bring the cache to this trunk. True if it is not the one that was there; then the fork is gone
        too."""
        if list(trunk) == self._held:
            return False
        self.drop()
        self._tried.clear()
        common = 0
        for ours, theirs in zip(self._held, trunk, strict=False):
            if ours != theirs:
                break
            common += 1
        self._llama.forget(common, TRUNK)
        self._held = self._held[:common]
        if len(trunk) > common:
            self._decode(trunk[common:], common, TRUNK)
        self._held = list(trunk)
        return True

    def _decode(self, tokens: Sequence[int], start: int, sequence: int) -> NDArray[np.float32]:
        self.decoded += len(tokens)
        return self._llama.decode(tokens, start, sequence)

    def scores(self, status: Status) -> Mapping[Action, float]:
        """The probability of each action at this status."""
        if status not in self._tried:
            at = len(self._held)
            logits = self._decode(self.token_ids(status.token), at, TRUNK)[self._actions]
            self._llama.forget(at, TRUNK)
            odds = np.exp(logits - logits.max())
            self._tried[status] = dict(zip(Action, (float(share) for share in odds / odds.sum()), strict=True))
        return self._tried[status]

    # --- the fork ---

    @property
    def writing(self) -> bool:
        """A reply to this trunk has been begun and is not finished."""
        return self._next is not None

    def begin(self, said: Sequence[str] | None = None) -> None:
        """Fork the trunk and begin a reply to it. `said`: the words of the user that it answers; arguments of a call
        can only be among them. None: they can be anything."""
        self._llama.fork(TRUNK, FORK)
        self._branch, self._copying = [], None
        self._said = None if said is None else [token for word in said for token in self.token_ids(word)]
        self._next = self._decode(self.token_ids(REPLY), len(self._held), FORK)

    def write(self, most: int = LONGEST_REPLY) -> bool:
        """Up to `most` more tokens, the likeliest each. True when the reply is finished: see `reply`."""
        end = self.token_ids(END)[0]
        for _ in range(most):
            if self._next is None or self._branch is None:
                break
            token = self._likeliest(self._next + self._barred, end)
            if token == end or len(self._branch) >= LONGEST_REPLY:
                self._next = None
                break
            self._branch.append(token)
            self._next = self._decode([token], len(self._held) + len(self._branch), FORK)
        return self._next is None

    def _likeliest(self, scores: NDArray[np.float32], end: int) -> int:
        """The next token; within the arguments of a call, the likeliest that copies the user."""
        branch = self._branch or []
        if (
            self._copying is None
            and self._said is not None
            and len(branch) >= CALL_AND_NAME
            and branch[0] == self.token_ids(CALL)[0]
        ):
            token = int(np.argmax(scores))
            if not self._starts_word[token]:
                return token
            self._copying = Copying(self._said, self._starts_word.__getitem__)
        if self._copying is None:
            return int(np.argmax(scores))
        allowed = self._copying.allowed() | (set() if self._copying.within_word else {end})
        follows = self._copying.follows
        token = max(allowed, key=lambda choice: float(scores[choice]) + GOING_ON * (choice == follows))
        if token != end:
            self._copying.take(token)
        return token

    @property
    def reply(self) -> Reply | None:
        """What has been written; None if nothing has, or nothing that makes sense."""
        if self._branch is None or self._next is not None or len(self._branch) >= LONGEST_REPLY:
            return None
        return parse_reply([self._llama.piece(token) for token in self._branch])

    def drop(self) -> None:
        """Throw the fork away."""
        if self._branch is not None:
            self._llama.forget(0, FORK)
        self._branch, self._next = None, None

    def close(self) -> None:
        self._llama.close()
