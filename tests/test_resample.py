"""Resampling: the same sound, another rate; in blocks, the same as at once."""

from __future__ import annotations

import numpy as np
import pytest

from edge_duplex.audio.frames import Samples, block_samples
from edge_duplex.audio.resample import BlockResampler, StreamResampler, resample_whole

PAIRS = [
    (44_100, 16_000),
    (48_000, 16_000),
    (16_000, 44_100),
    (16_000, 48_000),
    (24_000, 44_100),
    (96_000, 24_000),
]


def hiss(samples: int) -> Samples:
    return (np.random.default_rng(3).standard_normal(samples) * 6000).astype(np.int16)


def tone(rate: int, seconds: float, hertz: float = 440.0) -> Samples:
    return np.rint(12_000 * np.sin(2 * np.pi * hertz * np.arange(int(rate * seconds)) / rate)).astype(np.int16)


def in_pushes(stream: StreamResampler, sound: Samples, size: int) -> Samples:
    pushes = [stream.push(sound[at : at + size]) for at in range(0, len(sound), size)]
    return np.concatenate([*pushes, stream.finish()])


@pytest.mark.parametrize(("source", "target"), PAIRS)
@pytest.mark.parametrize("size", [1, 7, 882, 5000])
def test_streamed_in_pieces_of_any_size_equals_the_whole(source: int, target: int, size: int) -> None:
    sound = hiss(source // 4)
    whole = in_pushes(StreamResampler(source, target), sound, len(sound))
    assert len(whole) == round(len(sound) * target / source)
    assert np.array_equal(in_pushes(StreamResampler(source, target), sound, size), whole)


@pytest.mark.parametrize(("source", "target"), PAIRS)
def test_a_streamed_tone_is_the_same_tone_at_the_same_moment(source: int, target: int) -> None:
    out = in_pushes(StreamResampler(source, target), tone(source, 0.5), 160)
    edge = target // 50  # the ends have no neighbours to be computed from
    error = (out - tone(target, 0.5).astype(np.int32))[edge:-edge]
    assert np.abs(error).max() < 12_000 * 10 ** (-40 / 20)


def test_what_the_new_rate_cannot_carry_is_taken_out() -> None:
    out = in_pushes(StreamResampler(48_000, 16_000), tone(48_000, 0.5, hertz=11_000), 960)
    assert np.abs(out[320:-320]).max() < 12_000 * 10 ** (-60 / 20)


@pytest.mark.parametrize(("source", "target"), PAIRS)
def test_a_block_in_is_exactly_a_block_out_however_long(source: int, target: int) -> None:
    blocks = BlockResampler(source, target)
    block = hiss(block_samples(source))
    assert {len(blocks.push(block)) for _ in range(1500)} == {block_samples(target)}
    assert blocks.short == 0


@pytest.mark.parametrize(("source", "target"), PAIRS)
def test_a_block_resampler_delays_by_less_than_five_milliseconds(source: int, target: int) -> None:
    blocks = BlockResampler(source, target)
    sound = hiss(source // 2)
    size = block_samples(source)
    out = np.concatenate([blocks.push(sound[at : at + size]) for at in range(0, len(sound), size)])
    whole = resample_whole(sound, source, target).astype(np.float64)
    match = [out[delay:] @ whole[: len(out) - delay] for delay in range(target // 50)]
    assert 0 < int(np.argmax(match)) < target * 5 // 1000


def test_equal_rates_pass_through_untouched() -> None:
    block = hiss(320)
    assert BlockResampler(16_000, 16_000).push(block) is block
    assert np.array_equal(StreamResampler(16_000, 16_000).push(block), block)
    assert np.array_equal(resample_whole(block, 16_000, 16_000), block)


def test_full_scale_does_not_wrap_round() -> None:
    square = np.where(np.arange(9600) % 960 < 480, 32767, -32768).astype(np.int16)
    out = in_pushes(StreamResampler(48_000, 16_000), square, 960)
    middle = out.reshape(-1, 320)[:, 40:120]
    assert middle.min() > 30_000


@pytest.mark.parametrize(("source", "target"), PAIRS)
def test_a_whole_sound_keeps_its_length_in_seconds(source: int, target: int) -> None:
    assert len(resample_whole(hiss(source + 17), source, target)) == round((source + 17) * target / source)
    assert len(resample_whole(hiss(0), source, target)) == 0
