"""A conversation as a tree of tokens: the trunk as it grew and was revised, statuses and replies as branches.

Each token attends to its ancestors and itself, and its position is its depth: exactly what the cache of
the runtime holds when it decodes that token. A word the recogniser took back is a side branch that nothing
later sees.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

NONE = -1


@dataclass
class Tree:
    """Lists are indexed by node; node 0 is the root, and a parent always comes before its children."""

    root: int
    tokens: list[int] = field(init=False)
    parents: list[int] = field(default_factory=lambda: [NONE])
    follows: list[int] = field(default_factory=lambda: [NONE])
    """The token a node is to predict, or NONE."""
    weights: list[float] = field(default_factory=lambda: [0.0])
    actions: list[int] = field(default_factory=lambda: [NONE])
    """The index of the action a status is to predict, or NONE."""
    _children: dict[tuple[int, int], int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.tokens = [self.root]

    def __len__(self) -> int:
        return len(self.tokens)

    def _grow(self, parent: int, token: int) -> int:
        self.tokens.append(token)
        self.parents.append(parent)
        self.follows.append(NONE)
        self.weights.append(0.0)
        self.actions.append(NONE)
        return len(self.tokens) - 1

    def _child(self, parent: int, token: int) -> int:
        key = (parent, token)
        if key not in self._children:
            self._children[key] = self._grow(parent, token)
        return self._children[key]

    def trunk(self, tokens: Sequence[int], start: int = 0) -> int:
        """The node at the end of a path from `start`, grown where it was not there yet."""
        for token in tokens:
            start = self._child(start, token)
        return start

    def status(self, node: int, token: int, action: int) -> None:
        """A leaf on a trunk node, and the action that is right there."""
        self.actions[self._child(node, token)] = action

    def reply(self, node: int, tokens: Sequence[int], weight: float = 1.0) -> None:
        """A branch: its first token is given, each of the others is to be predicted."""
        here = self._child(node, tokens[0])
        for token in tokens[1:]:
            self.follows[here], self.weights[here] = token, weight
            here = self._child(here, token)

    def learn_trunk(self, tokens: Sequence[int], weight: float) -> None:
        """Predict the next word along what the trunk came to be, too."""
        here = 0
        for token in tokens:
            child = self._children.get((here, token))
            if child is None:
                return
            self.follows[here], self.weights[here] = token, weight
            here = child

    def path(self, node: int) -> list[int]:
        """The tokens from the root to a node."""
        tokens = []
        while node != NONE:
            tokens.append(self.tokens[node])
            node = self.parents[node]
        return tokens[::-1]

    def positions(self) -> list[int]:
        depth = [0] * len(self)
        for node in range(1, len(self)):
            depth[node] = depth[self.parents[node]] + 1
        return depth


@dataclass(frozen=True)
class Batch:
    """Trees padded to the longest; shapes (trees, nodes), the mask (trees, nodes, nodes)."""

    tokens: NDArray[np.int64]
    positions: NDArray[np.int64]
    sees: NDArray[np.bool_]
    follows: NDArray[np.int64]
    weights: NDArray[np.float32]
    actions: NDArray[np.int64]


def batch(trees: Sequence[Tree]) -> Batch:
    longest = max(len(tree) for tree in trees)
    shape = (len(trees), longest)
    made = Batch(
        np.zeros(shape, np.int64), np.zeros(shape, np.int64), np.zeros((*shape, longest), np.bool_),
        np.full(shape, NONE, np.int64), np.zeros(shape, np.float32), np.full(shape, NONE, np.int64),
    )  # fmt: skip
    for row, tree in enumerate(trees):
        size = len(tree)
        made.tokens[row, :size] = tree.tokens
        made.positions[row, :size] = tree.positions()
        made.follows[row, :size] = tree.follows
        made.weights[row, :size] = tree.weights
        made.actions[row, :size] = tree.actions
        sees = made.sees[row]
        for node, parent in enumerate(tree.parents):
            if parent != NONE:
                sees[node] = sees[parent]
            sees[node, node] = True
        # Padding sees itself, or softmax divides by nothing.
        sees[range(size, longest), range(size, longest)] = True
    return made
