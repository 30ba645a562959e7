"""The vocabulary: SentencePiece BPE over the words of the language, control tokens, bytes for the rest."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence

import sentencepiece

from edge_duplex.models.interaction.prompt import CONTROLS, START

UNKNOWN, BEGIN, FINISH = 0, 1, 2
SIZE = 1600


def train(lines: Iterable[str], size: int = SIZE) -> bytes:
    """A serialised SentencePiece model of `size` pieces (fewer if the text is too small for them)."""
    out = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(lines), model_writer=out, model_type="bpe", vocab_size=size,
        byte_fallback=True, control_symbols=list(CONTROLS), normalization_rule_name="identity",
        character_coverage=1.0, hard_vocab_limit=False, num_threads=2, minloglevel=2,
    )  # fmt: skip
    return out.getvalue()


class Tokeniser:
    """Items (control tokens and words) to ids, as the runtime does it through the GGUF."""

    def __init__(self, model: bytes) -> None:
        self.model = model
        self.pieces = sentencepiece.SentencePieceProcessor(model_proto=model)
        self._known: dict[str, list[int]] = {name: [self.pieces.piece_to_id(name)] for name in CONTROLS}
        self._known[START] = [BEGIN]

    @property
    def size(self) -> int:
        return int(self.pieces.get_piece_size())

    def item(self, item: str) -> list[int]:
        """The ids of one control token or word."""
        if item not in self._known:
            self._known[item] = list(self.pieces.encode(item))
        return self._known[item]

    def items(self, items: Sequence[str]) -> list[int]:
        return [token for item in items for token in self.item(item)]
