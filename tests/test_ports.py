"""Which sound devices are used."""

from __future__ import annotations

import pytest
from fake_audio import World

from edge_duplex.audio.ports import DeviceInfo, Direction, choose, plans, rates
from edge_duplex.errors import DeviceError

DEVICES = [
    DeviceInfo(0, "HDMI 0", "ALSA", 0, 8, 44_100),
    DeviceInfo(3, "USB Audio", "ALSA", 1, 2, 48_000),
    DeviceInfo(4, "USB Audio Pro", "ALSA", 2, 2, 48_000),
    DeviceInfo(5, "Webcam", "ALSA", 1, 0, 16_000),
    DeviceInfo(7, "pulse", "ALSA", 32, 32, 44_100),
]


def chosen(wanted: str, direction: Direction = "microphone", devices: list[DeviceInfo] = DEVICES) -> int:
    return choose(World(devices).open_audio(), wanted, direction).index


def test_the_default_unless_another_is_named() -> None:
    assert chosen("") == 7
    assert chosen("webcam") == 5
    assert chosen("4") == 4
    assert chosen("hdmi", "loudspeaker") == 0


def test_a_whole_name_wins_over_one_that_only_contains_it() -> None:
    assert chosen("usb audio") == 3
    assert chosen("pro") == 4


@pytest.mark.parametrize(
    ("wanted", "direction", "says"),
    [
        (
            "usb",
            "microphone",
            r'"usb" names several: 3 "USB Audio", 4 "USB Audio Pro"; give more of the name',
        ),
        ("hdmi", "microphone", r'there is no microphone "hdmi"; there are 3 "USB Audio", .*7 "pulse"'),
        ("webcam", "loudspeaker", r'there is no loudspeaker "webcam"; there are 0 "HDMI 0"'),
        ("5", "loudspeaker", r'there is no loudspeaker "5"'),
        ("9", "microphone", r'there is no microphone "9"'),
    ],
)
def test_a_name_that_fits_none_or_several_is_one_line_with_those_there_are(
    wanted: str, direction: Direction, says: str
) -> None:
    with pytest.raises(DeviceError, match=says):
        chosen(wanted, direction)


def test_no_device_at_all_says_what_to_do() -> None:
    with pytest.raises(DeviceError, match=r"no microphone; plug one in, or use a WAV file with --input"):
        chosen("", devices=DEVICES[:1])
    with pytest.raises(DeviceError, match=r"no loudspeaker; .* --output"):
        chosen("", "loudspeaker", devices=[])


def test_plans_come_best_first_and_only_those_taken_by_both() -> None:
    audio = World(DEVICES, rates=(16_000, 44_100, 48_000), channels=(1,)).open_audio()
    found = [plan.sample_rate for plan in plans(audio, DEVICES[3], DEVICES[0])]
    assert found == [16_000, 44_100, 48_000]
    assert list(plans(World(DEVICES, together=False).open_audio(), DEVICES[3], DEVICES[0])) == []


def test_rates_are_those_of_one_direction_alone() -> None:
    audio = World(DEVICES, rates=(16_000, 44_100), together=False).open_audio()
    assert rates(audio, DEVICES[3], "microphone") == (16_000, 44_100)
