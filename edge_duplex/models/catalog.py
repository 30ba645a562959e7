"""What models there are, by name: the one in the package, and the user's own in their data folder.

A name is a file's name without its `.gguf`. A user's own model takes the place of a bundled one of that name.
"""

from __future__ import annotations

import difflib
import os
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from edge_duplex.errors import ModelError
from edge_duplex.models.gguf import GGUFInfo, read_gguf, verify_checksum

DEFAULT_MODEL = "interaction"
BUNDLED = Path(__file__).parent.parent / "weights"
SUFFIX = ".gguf"


@dataclass(frozen=True, slots=True)
class ModelEntry:
    """A model that can be asked for by name."""

    name: str
    path: Path
    bundled: bool


@dataclass(frozen=True, slots=True)
class ModelDescription:
    """What a model file says of itself, and whether it is whole."""

    name: str
    path: Path
    kind: str
    """"interaction", or "" for a model of another kind."""
    architecture: str
    title: str
    version: str
    parameters: int
    tensor_type: str
    """The type that most of its bytes are of: "Q8_0"."""
    context_tokens: int
    """0 if the file does not say."""
    size_bytes: int
    checksum: str
    """"verified", or "none" if the file carries none. A wrong one raises."""


def models_folder(environment: Mapping[str, str] = os.environ) -> Path:
    """Where the user's own models are: `$XDG_DATA_HOME/edge-duplex/models`."""
    data = environment.get("XDG_DATA_HOME", "")
    # The XDG rules: a path there that is not absolute is to be ignored.
    base = Path(data) if Path(data).is_absolute() else Path.home() / ".local" / "share"
    return base / "edge-duplex" / "models"


def list_models(environment: Mapping[str, str] = os.environ, bundled: Path = BUNDLED) -> list[ModelEntry]:
    """Every model with a name, in order of name. Nothing is opened: a damaged one is listed too."""
    found: dict[str, ModelEntry] = {}
    for folder, is_bundled in ((bundled, True), (models_folder(environment), False)):
        for path in _models_in(folder):
            found[path.stem] = ModelEntry(path.stem, path, is_bundled)
    return [found[name] for name in sorted(found)]


def _models_in(folder: Path) -> list[Path]:
    try:
        return [path for path in folder.iterdir() if path.suffix == SUFFIX]
    except (OSError, ValueError):
        return []


def find_model(
    name_or_path: str, environment: Mapping[str, str] = os.environ, bundled: Path = BUNDLED
) -> Path:
    """The file of a model given by name, or by path (anything with a slash, a leading ~ or `.gguf`).

    Raises ModelError naming the nearest there is. The file is not opened: that is `read_gguf`'s part.
    """
    if "/" in name_or_path or os.sep in name_or_path or name_or_path.startswith("~"):
        return _existing(_expanded(name_or_path))
    if name_or_path.endswith(SUFFIX) and os.path.exists(name_or_path):
        return Path(name_or_path)
    name = name_or_path.removesuffix(SUFFIX)
    entries = {entry.name: entry.path for entry in list_models(environment, bundled)}
    if name in entries:
        return entries[name]
    if name == DEFAULT_MODEL:
        raise ModelError(f"{bundled / (name + SUFFIX)}: the bundled model is missing; reinstall edge-duplex")
    nearest = difflib.get_close_matches(name, entries, n=1, cutoff=0.5)
    hint = f"did you mean {nearest[0]!r}?" if nearest else f"there are: {', '.join(entries) or 'none'}"
    raise ModelError(
        f"no model is called {name_or_path!r}; {hint} (your own go into {models_folder(environment)}, "
        "or give a path)"
    )


def _expanded(path: str) -> Path:
    try:
        return Path(path).expanduser()
    except RuntimeError:
        raise ModelError(f"{path}: no such user's home folder; write the path out") from None


def _existing(path: Path) -> Path:
    if os.path.exists(path):
        return path
    nearest = difflib.get_close_matches(path.name, [p.name for p in _models_in(path.parent)], n=1, cutoff=0.5)
    if nearest:
        raise ModelError(f"{path}: no such model file; did you mean {path.parent / nearest[0]}?")
    raise ModelError(f"{path}: no such model file; `edge-duplex models list` shows those there are")


def describe(path: Path) -> ModelDescription:
    """Reads the whole file to verify it. Raises ModelError if it is not a model or is damaged."""
    info = read_gguf(path)
    if info.checksum_offset is not None:
        verify_checksum(info)
    architecture = info.text("general.architecture", "unknown")
    context = info.metadata.get(f"{architecture}.context_length")
    return ModelDescription(
        name=path.stem,
        path=path,
        kind=info.kind,
        architecture=architecture,
        title=info.text("general.name"),
        version=info.text("edge_duplex.version"),
        parameters=sum(tensor.values for tensor in info.tensors),
        tensor_type=main_tensor_type(info),
        context_tokens=context if isinstance(context, int) else 0,
        size_bytes=info.size,
        checksum="none" if info.checksum_offset is None else "verified",
    )


def main_tensor_type(info: GGUFInfo) -> str:
    """The type that most of its bytes are of: "Q8_0"; "" for a file with no tensors."""
    sizes: Counter[str] = Counter()
    for tensor in info.tensors:
        sizes[tensor.type_name] += tensor.size
    return sizes.most_common(1)[0][0] if sizes else ""
