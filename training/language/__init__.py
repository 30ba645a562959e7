"""What people say to the assistant, and to others while it listens; the same for the same random numbers.

The sentences are in `text/*.txt`, in the notation of `notation.py`. Everything is lower case, as the
recogniser writes it: numbers in words, no punctuation, every word in the recogniser's dictionary.
"""

from training.language.exchange import sample_exchange
from training.language.source import (
    KINDS,
    sample_backchannel,
    sample_continuation,
    sample_interruption,
    sample_side_talk,
    sample_turn,
    sentences,
)
from training.language.turns import Split, Turn

__all__ = [
    "KINDS",
    "Split",
    "Turn",
    "sample_backchannel",
    "sample_continuation",
    "sample_exchange",
    "sample_interruption",
    "sample_side_talk",
    "sample_turn",
    "sentences",
]
