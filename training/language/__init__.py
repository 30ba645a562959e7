"""What people say to the assistant, and to others while it listens. Deterministic, given the random numbers.

The sentences are in `text/*.txt`, in the notation of `notation.py`. Everything is lower case, as the recogniser
writes it: numbers in words, no punctuation, every word in the recogniser's dictionary.
"""

from training.language.source import (
    KINDS,
    Turn,
    sample_backchannel,
    sample_continuation,
    sample_exchange,
    sample_interruption,
    sample_side_talk,
    sample_turn,
    sentences,
)

__all__ = [
    "KINDS",
    "Turn",
    "sample_backchannel",
    "sample_continuation",
    "sample_exchange",
    "sample_interruption",
    "sample_side_talk",
    "sample_turn",
    "sentences",
]
