"""`edge-duplex devices` and `edge-duplex models`: what there is, as plain tables."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from edge_duplex.audio.ports import Direction, PortAudio, choose, rates
from edge_duplex.errors import DeviceError
from edge_duplex.models.catalog import ModelDescription, describe, find_model, list_models, models_folder

Say = Callable[[str], None]
DIRECTIONS: tuple[Direction, ...] = ("microphone", "loudspeaker")


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Columns as wide as their widest cell."""
    widths = [max(len(row[column]) for row in (head, *rows)) for column in range(len(head))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
            for row in (head, *rows)]


def show_devices(audio: PortAudio, say: Say) -> None:
    """Every device with the rates it opens at; `*` marks the two that would be used."""
    used: dict[Direction, int] = {}
    missing: list[str] = []
    for direction in DIRECTIONS:
        try:
            used[direction] = choose(audio, "", direction).index
        except DeviceError as problem:
            missing.append(str(problem))
    rows = []
    for device in audio.devices():
        for direction in DIRECTIONS:
            if device.channels(direction):
                opens = " ".join(str(rate) for rate in rates(audio, device, direction)) or "none"
                mark = "*" if used.get(direction) == device.index else " "
                rows.append((f"{mark}{device.index}", direction, device.name, device.host_api,
                             str(device.default_rate), opens))
    if rows:
        for line in table(("  #", "is a", "name", "through", "default Hz", "opens at"), rows):
            say(line)
        say("* would be used. Choose with --input-device and --output-device: the number, or part of the name.")
    for line in missing:
        say(line)


def show_models(say: Say) -> None:
    """Every model by name. A damaged one is listed with what is wrong with it."""
    rows = []
    for entry in list_models():
        where = "in the package" if entry.bundled else str(entry.path)
        rows.append((entry.name, f"{entry.path.stat().st_size / 1e6:.1f} MB", where))
    for line in table(("name", "size", "where"), rows):
        say(line)
    say(f"Your own go into {models_folder()}, or give --model a path.")


def show_model(name_or_path: str, say: Say) -> None:
    """What one model file says of itself. Raises ModelError."""
    for line in _description(describe(find_model(name_or_path))):
        say(line)


def _description(model: ModelDescription) -> list[str]:
    rows = (
        ("file", str(model.path)),
        ("title", model.title or "-"),
        ("kind", model.kind or "not a duplex model: `run` cannot use it"),
        ("version", model.version or "-"),
        ("architecture", model.architecture),
        ("parameters", f"{model.parameters / 1e6:.2f} M, mostly {model.tensor_type}"),
        ("context", f"{model.context_tokens} tokens"),
        ("size", f"{model.size_bytes / 1e6:.2f} MB"),
        ("checksum", model.checksum),
    )
    return [f"{name:<13} {value}" for name, value in rows]
