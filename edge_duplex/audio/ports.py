"""Sound devices as PortAudio sees them, and which of them to use. Pure; the library itself is in
portaudio.py."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from edge_duplex.audio.frames import BLOCK_MS, block_samples
from edge_duplex.errors import DeviceError

RATES = (48_000, 44_100, 16_000)
"""Tried after the device's own."""
PROBED_RATES = (8_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000, 96_000)

Direction = Literal["microphone", "loudspeaker"]


@dataclass(frozen=True, slots=True)
class DeviceInfo:
    index: int
    name: str
    host_api: str
    inputs: int
    """Channels; 0 if it cannot record."""
    outputs: int
    default_rate: int

    def channels(self, direction: Direction) -> int:
        return self.inputs if direction == "microphone" else self.outputs


@dataclass(frozen=True, slots=True)
class Leg:
    device: DeviceInfo
    channels: int


@dataclass(frozen=True, slots=True)
class StreamPlan:
    sample_rate: int
    """Hz, of the card; a multiple of 50, so that a block is a whole number of samples."""
    input: Leg | None
    output: Leg | None

    @property
    def block(self) -> int:
        return block_samples(self.sample_rate)


class Stream(Protocol):
    """An open stream; calls back once a block from a thread of PortAudio's."""

    @property
    def active(self) -> bool: ...

    @property
    def latency_ms(self) -> float:
        """What the library says of its buffers, in and out together."""
        ...

    def start(self) -> None: ...

    def close(self) -> None: ...


Callback = Callable[[bytes, bool, bool], bytes]
"""(interleaved int16 heard, overrun, underrun) to interleaved int16 to play."""


class PortAudio(Protocol):
    """The library, from its initialisation to its end."""

    def devices(self) -> Sequence[DeviceInfo]: ...

    def default(self, direction: Direction) -> int | None: ...

    def supports(self, plan: StreamPlan) -> bool: ...

    def open(self, plan: StreamPlan, callback: Callback) -> Stream:
        """Not yet started. Raises OSError."""
        ...

    def close(self) -> None: ...


def choose(audio: PortAudio, wanted: str, direction: Direction) -> DeviceInfo:
    """The default, or the one of that number, or the only one whose name holds `wanted` (case apart).

    Raises DeviceError, naming those there are.
    """
    able = [device for device in audio.devices() if device.channels(direction)]
    option = "--input" if direction == "microphone" else "--output"
    if not able:
        raise DeviceError(f"there is no {direction}; plug one in, or use a WAV file with {option}")
    if not wanted:
        default = audio.default(direction)
        return next((device for device in able if device.index == default), able[0])
    if wanted.isdecimal():
        found = [device for device in able if device.index == int(wanted)]
    else:
        found = [device for device in able if device.name.casefold() == wanted.casefold()][:1]
        found = found or [device for device in able if wanted.casefold() in device.name.casefold()]
    if len(found) == 1:
        return found[0]
    if found:
        raise DeviceError(f'"{wanted}" names several: {_list(found)}; give more of the name, or the number')
    raise DeviceError(f'there is no {direction} "{wanted}"; there are {_list(able)}')


def _list(devices: Sequence[DeviceInfo]) -> str:
    return ", ".join(f'{device.index} "{device.name}"' for device in devices)


def plans(audio: PortAudio, microphone: DeviceInfo, loudspeaker: DeviceInfo) -> Iterator[StreamPlan]:
    """Streams that both devices take, best first: their own rates, and one channel.

    As many channels in as out, because PyAudio opens no others; PortAudio itself gives a mono program to a
    stereo-only ALSA or CoreAudio device.
    """
    return (plan for plan in _wishes(microphone, loudspeaker) if audio.supports(plan))


def _wishes(microphone: DeviceInfo, loudspeaker: DeviceInfo) -> Iterator[StreamPlan]:
    for rate in dict.fromkeys((microphone.default_rate, loudspeaker.default_rate, *RATES)):
        if rate <= 0 or rate * BLOCK_MS % 1000:
            continue
        for channels in (1, 2):
            if channels <= min(microphone.inputs, loudspeaker.outputs):
                yield StreamPlan(rate, Leg(microphone, channels), Leg(loudspeaker, channels))


def refusal(audio: PortAudio, microphone: DeviceInfo, loudspeaker: DeviceInfo) -> DeviceError:
    """Why there is no plan for these two."""
    if not rates(audio, microphone, "microphone"):
        return _takes_nothing(f'microphone "{microphone.name}"')
    if not rates(audio, loudspeaker, "loudspeaker"):
        return _takes_nothing(f'loudspeaker "{loudspeaker.name}"')
    return DeviceError(
        f'microphone "{microphone.name}" and loudspeaker "{loudspeaker.name}" cannot be opened together;'
        " choose two of one sound card or of one sound server: `edge-duplex devices` lists them"
    )


def _takes_nothing(device: str) -> DeviceError:
    return DeviceError(
        f"the {device} opens at no known rate; is its sound server running, or another program using it?"
        " `edge-duplex devices` lists the others"
    )


def rates(audio: PortAudio, device: DeviceInfo, direction: Direction) -> tuple[int, ...]:
    """The common rates it opens at, in that direction alone."""
    channels = range(1, min(2, device.channels(direction)) + 1)
    legs = [Leg(device, count) for count in channels]

    def opens(rate: int, leg: Leg) -> bool:
        both = (leg, None) if direction == "microphone" else (None, leg)
        return audio.supports(StreamPlan(rate, *both))

    return tuple(rate for rate in PROBED_RATES if any(opens(rate, leg) for leg in legs))
