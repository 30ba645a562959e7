"""Make the conversation that is played when there is no microphone: `python bench/make_conversation.py`.

One user, spoken by flite's `awb` voice a little higher than it comes, on a fixed timetable: gaps are left
for the replies, and what is said over the agent falls well inside a long answer. Into
edge_duplex/conversation/ go user.wav (16 kHz mono int16) and script.toml (what is said when, to the first and
last sound as measured).
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import wave
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

SAMPLE_RATE = 16000
VOICE = "awb"
PITCH = 1.04
"""The voice is played this much faster than it was made, so that it is nobody's stock voice."""
PEAK = 10 ** (-3 / 20)
BACKCHANNEL_DB = -5.0
"""An "uh-huh" is said more softly than a turn."""
ROOM_TONE_DBFS = -60.0
SOUND_DB, SOFT_DB = 35.0, 55.0
"""Below the loudest of a line: where its first and last sound are taken to be, and where it is cut."""
PHONES = {"uh-huh": "pau ah hh ah pau"}
"""What is no word to the voice."""
REPLY_DELAY = 0.3
"""Seconds from the user's last sound to the agent's first, as the timetable expects it."""
BREATH = 1.6
"""Seconds of quiet after the expected end of a reply."""

Sound = NDArray[np.float64]


@dataclass(frozen=True)
class Line:
    text: str
    role: str
    wait: float
    """Seconds from this line's last sound to the next line's first."""


def turn(text: str, reply_seconds: float) -> Line:
    return Line(text, "turn", REPLY_DELAY + reply_seconds + BREATH)


def turn_then_over(text: str, seconds: float) -> Line:
    """A turn whose answer the next line breaks into, `seconds` after the answer is expected to begin."""
    return Line(text, "turn", REPLY_DELAY + seconds)


CONVERSATION = [
    turn("hello there", 1.8),
    turn("what time is it", 1.8),
    turn("set a timer for five minutes", 2.2),
    turn("nice to meet you", 2.6),
    Line("what is twelve", "pause_part", 0.9),
    Line("times eight", "turn", REPLY_DELAY + 2.2 + BREATH),
    turn("can you repeat that", 2.2),
    turn_then_over("what can you do", 1.7),
    Line("wait what time is it", "interruption", REPLY_DELAY + 1.8 + BREATH),
    turn("how long is left on the timer", 3.0),
    turn_then_over("tell me about yourself", 2.4),
    Line("uh-huh", "backchannel", 7.0 + BREATH),
    turn("thank you", 1.4),
    turn_then_over("what can you do", 1.9),
    Line("stop", "interruption", 3.0),
]


def speak(text: str) -> Sound:
    """The text in the user's voice, 16 kHz, with the soft onsets and endings of its first and last sounds."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "speech.wav"
        what = ["-p", PHONES[text]] if text in PHONES else ["-t", text]
        options = ["-voice", VOICE, *what, "-o", str(path)]
        subprocess.run(["flite", *options], check=True)
        with wave.open(str(path)) as file:
            assert file.getframerate() == SAMPLE_RATE
            sound = np.frombuffer(file.readframes(file.getnframes()), np.int16) / 32768.0
    sound = resample(sound, round(len(sound) / PITCH))
    first, last = audible(sound, SOFT_DB)
    return sound[first:last]


def resample(sound: Sound, samples: int) -> Sound:
    """The same sound in another number of samples, by cutting or padding its spectrum."""
    spectrum = np.fft.rfft(sound)
    wanted = np.zeros(samples // 2 + 1, dtype=complex)
    kept = min(len(wanted), len(spectrum))
    wanted[:kept] = spectrum[:kept]
    return np.fft.irfft(wanted, samples) * samples / len(sound)


def audible(sound: Sound, below_peak_db: float) -> tuple[int, int]:
    """From where to where, in samples, it is within `below_peak_db` of its loudest 5 ms."""
    step = SAMPLE_RATE // 200
    steps = len(sound) // step
    level = np.sqrt(np.mean(sound[: steps * step].reshape(steps, step) ** 2, axis=1))
    loud = np.flatnonzero(level > level.max() * 10 ** (-below_peak_db / 20))
    return int(loud[0]) * step, int(loud[-1] + 1) * step


def room_tone(samples: int) -> Sound:
    """Low brownish noise, as of a quiet room; the same every time."""
    white = np.random.default_rng(12).standard_normal(samples)
    spectrum = np.fft.rfft(white)
    spectrum[1:] /= np.sqrt(np.maximum(np.fft.rfftfreq(samples, 1 / SAMPLE_RATE)[1:], 60.0))
    spectrum[0] = 0.0
    noise = np.fft.irfft(spectrum, samples)
    scale = 10 ** (ROOM_TONE_DBFS / 20) / float(np.sqrt(np.mean(noise**2)))
    return np.asarray(noise * scale, dtype=np.float64)


def compose(lines: list[Line], first: float = 1.0) -> tuple[Sound, list[tuple[Line, int, int]]]:
    """The whole sound, and each line with its first and last sample."""
    at = round(first * SAMPLE_RATE)
    placed: list[tuple[Line, int, Sound]] = []
    spans: list[tuple[Line, int, int]] = []
    for line in lines:
        sound = speak(line.text)
        sound *= PEAK / np.abs(sound).max()
        if line.role == "backchannel":
            sound *= 10 ** (BACKCHANNEL_DB / 20)
        first, last = audible(sound, SOUND_DB)
        placed.append((line, at - first, sound))
        spans.append((line, at, at + last - first))
        at += last - first + round(line.wait * SAMPLE_RATE)
    whole = np.zeros(at)
    for _, start, sound in placed:
        whole[start : start + len(sound)] += sound
    return np.clip(whole + room_tone(at), -1.0, 1.0), spans


def write(folder: Path, whole: Sound, spans: list[tuple[Line, int, int]]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with wave.open(str(folder / "user.wav"), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE)
        file.writeframes(np.round(whole * 32767).astype("<i2").tobytes())
    lines = ["# What is said in user.wav, in seconds. Made by bench/make_conversation.py."]
    for line, start, end in spans:
        lines += ["", "[[user]]", f'text = "{line.text}"', f'role = "{line.role}"']
        lines += [f"at = {start / SAMPLE_RATE:.3f}", f"end = {end / SAMPLE_RATE:.3f}"]
    (folder / "script.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")


def main() -> None:
    default = Path(__file__).resolve().parent.parent / "edge_duplex" / "conversation"
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else default
    whole, spans = compose(CONVERSATION)
    write(folder, whole, spans)
    for line, start, end in spans:
        print(f"{start / SAMPLE_RATE:7.2f} {end / SAMPLE_RATE:7.2f}  {line.role:12s} {line.text}")
    print(f"{len(whole) / SAMPLE_RATE:7.2f} s in {folder}")


if __name__ == "__main__":
    main()
