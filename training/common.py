"""The sentences people say most, drawn far more often than their share of all that can be said."""

from __future__ import annotations

from functools import cache
from random import Random

from training.language import Turn
from training.language.corpus import every
from training.language.notation import Shape
from training.language.turns import Split, as_turn, say_shape

KINDS = ("request", "smalltalk", "smalltalk", "repeat", "stop", "unknown")


@cache
def _shapes(kind: str, held: bool) -> tuple[Shape, ...]:
    return tuple(shape for shape in every(kind, held) if shape.weight > 1)


def sample_common(rng: Random, split: Split) -> Turn:
    """A turn whose shape is marked as common, each as likely as any of its kind."""
    kind = rng.choice(KINDS)
    shapes = _shapes(kind, split == "held") or _shapes(kind, False)
    spoken, reply = say_shape(rng, rng.choice(shapes))
    return as_turn(spoken, reply, kind)
