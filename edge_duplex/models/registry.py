"""From settings to a model that is ready to step: the one place that knows which parts the default model is made of."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from edge_duplex.config import Settings
from edge_duplex.models.catalog import BUNDLED, find_model
from edge_duplex.models.gguf import read_gguf, require_interaction, verify_checksum
from edge_duplex.models.host import Past
from edge_duplex.models.protocol import DuplexModel

SAMPLE_RATE = 16_000
"""Hz, of the interaction model, its ears and its mouth."""
LANGUAGE = BUNDLED / "language.arpa"
DICTIONARY = BUNDLED / "language.dict"
"""What the ears expect to hear; trained beside the model, from the same sentences."""


def check_model(name_or_path: str) -> Path:
    """The file of a model that `open_model` can open. Raises ModelError: missing, damaged, or of another kind."""
    path = find_model(name_or_path)
    info = read_gguf(path)
    require_interaction(info)
    verify_checksum(info)
    return path


def open_model(settings: Settings, path: Path, started_at: datetime, past: Past) -> DuplexModel:
    """Called in the model process: nothing heavier than this module is imported anywhere else."""
    from edge_duplex.models.interaction.ears import StreamingEars
    from edge_duplex.models.interaction.model import Parts, open_interaction
    from edge_duplex.models.interaction.mouth import FliteMouth
    from edge_duplex.models.interaction.policy import policy
    from edge_duplex.models.interaction.sphinx import Sphinx
    from edge_duplex.skills.registry import Skills

    parts = Parts(
        StreamingEars(Sphinx(LANGUAGE, DICTIONARY)),
        FliteMouth(settings.voice.name, settings.voice.rate),
        Skills(),
        policy(settings.model.policy, settings.model.vad_silence_ms),
    )
    return open_interaction(path, parts, started_at, past)
