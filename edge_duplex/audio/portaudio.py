"""PortAudio, through PyAudio. The only file that knows it."""

from __future__ import annotations

import ctypes
import os
import platform
import threading
from collections.abc import Sequence
from typing import Any

import pyaudio

from edge_duplex.audio.ports import Callback, DeviceInfo, Direction, StreamPlan
from edge_duplex.audio.priority import hurry_this_thread, threads_in_a_hurry
from edge_duplex.errors import DeviceError


class _Hush:
    """Keeps C libraries off the screen while PortAudio is in use.

    ALSA and JACK write pages to standard error about every device that is not there, and PortAudio a line for
    every call that fails when one vanishes. They all write to C's `stderr`, which in glibc is a variable;
    Python does not use it, so what the program itself says is still seen, as is what its children say.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._users = 0
        self._kept: int | None = None
        self._nowhere: int | None = None

    def enter(self) -> None:
        with self._lock:
            self._users += 1
            if self._users == 1 and platform.libc_ver()[0] == "glibc":
                libc = ctypes.CDLL(None)
                libc.fopen.restype = ctypes.c_void_p
                self._nowhere = self._nowhere or libc.fopen(os.devnull.encode(), b"w")
                if self._nowhere:
                    stderr = ctypes.c_void_p.in_dll(libc, "stderr")
                    self._kept, stderr.value = stderr.value, self._nowhere

    def leave(self) -> None:
        with self._lock:
            self._users -= 1
            if self._users == 0 and self._kept:
                ctypes.c_void_p.in_dll(ctypes.CDLL(None), "stderr").value = self._kept
                self._kept = None


_hush = _Hush()


class PyAudioStream:
    def __init__(self, stream: Any) -> None:
        self._stream = stream

    @property
    def active(self) -> bool:
        try:
            return bool(self._stream.is_active())
        except OSError:
            return False

    @property
    def latency_ms(self) -> float:
        return float(self._stream.get_input_latency() + self._stream.get_output_latency()) * 1000

    def start(self) -> None:
        self._stream.start_stream()

    def close(self) -> None:
        self._stream.close()


class PyAudioPort:
    """Initialises PortAudio. Raises DeviceError if that fails."""

    def __init__(self) -> None:
        self._open = True
        _hush.enter()
        try:
            self._audio = pyaudio.PyAudio()
        except OSError as problem:
            _hush.leave()
            raise DeviceError(f"PortAudio does not start: {problem}; is a sound system installed?") from problem

    def devices(self) -> Sequence[DeviceInfo]:
        return [self._device(index) for index in range(self._audio.get_device_count())]

    def _device(self, index: int) -> DeviceInfo:
        info = self._audio.get_device_info_by_index(index)
        name = info["name"]
        return DeviceInfo(
            index=index,
            # Bytes if it is not UTF-8.
            name=name if isinstance(name, str) else bytes(name).decode("utf-8", "replace"),
            host_api=str(self._audio.get_host_api_info_by_index(info["hostApi"])["name"]),
            inputs=int(info["maxInputChannels"]),
            outputs=int(info["maxOutputChannels"]),
            default_rate=int(info["defaultSampleRate"]),
        )

    def default(self, direction: Direction) -> int | None:
        audio = self._audio
        ask = audio.get_default_input_device_info if direction == "microphone" else audio.get_default_output_device_info
        try:
            return int(ask()["index"])
        except OSError:
            return None

    def supports(self, plan: StreamPlan) -> bool:
        asked: dict[str, Any] = {}
        for way, leg in (("input", plan.input), ("output", plan.output)):
            if leg:
                asked[f"{way}_device"] = leg.device.index
                asked[f"{way}_channels"] = leg.channels
                asked[f"{way}_format"] = pyaudio.paInt16
        try:
            return bool(self._audio.is_format_supported(plan.sample_rate, **asked))
        except (ValueError, OSError):
            return False

    def open(self, plan: StreamPlan, callback: Callback) -> PyAudioStream:
        assert plan.input is not None, plan
        assert plan.output is not None, plan

        hurried = False

        def called(heard: bytes, frames: int, times: object, status: int) -> tuple[bytes, int]:
            nonlocal hurried
            if not hurried:
                hurried = True
                hurry_this_thread()
            overrun = bool(status & pyaudio.paInputOverflow)
            underrun = bool(status & pyaudio.paOutputUnderflow)
            return callback(heard, overrun, underrun), pyaudio.paContinue

        with threads_in_a_hurry():
            stream = self._audio.open(
                rate=plan.sample_rate,
                channels=plan.input.channels,
                format=pyaudio.paInt16,
                input=True,
                output=True,
                input_device_index=plan.input.device.index,
                output_device_index=plan.output.device.index,
                frames_per_buffer=plan.block,
                start=False,
                stream_callback=called,
            )
        return PyAudioStream(stream)

    def close(self) -> None:
        if self._open:
            self._open = False
            self._audio.terminate()
            _hush.leave()
