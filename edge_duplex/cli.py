"""The command line: parse and delegate. An error the user can put right is one line, and exit status 2."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from edge_duplex import __version__
from edge_duplex.config import Settings, load_settings
from edge_duplex.errors import EdgeDuplexError


class _OneLine(click.Group):
    """Prints our own errors as one line and exits with status 2; a traceback is for our mistakes only."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except EdgeDuplexError as problem:
            click.echo(f"edge-duplex: {problem}", err=True)
            ctx.exit(2)
        except KeyboardInterrupt:
            ctx.exit(0)


FILE = click.Path(path_type=Path)


@click.group(cls=_OneLine, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="edge-duplex")
def main() -> None:
    """A voice assistant that listens while it talks: offline, on one small machine.

    \b
      edge-duplex run               talk to it
      edge-duplex devices           which microphone and loudspeaker there are
      edge-duplex doctor            what works here, and what to do about the rest
      edge-duplex models list       which models there are
    """


@main.command()
@click.option("--input-device", metavar="NAME", help="Microphone: its number or part of its name (see `devices`).")
@click.option("--output-device", metavar="NAME", help="Loudspeaker: its number or part of its name.")
@click.option("--input", "input_file", type=FILE, metavar="WAV", help="Play this file as the microphone.")
@click.option("--output", type=FILE, metavar="WAV", help="With --input: write what the loudspeaker played.")
@click.option("--events", type=FILE, metavar="JSONL", help="Write the event log here, a JSON object a line.")
@click.option("--record", type=FILE, metavar="DIR", help="Keep recording, log and picture in this folder.")
@click.option(
    "--pace", type=click.Choice(["real", "fast"]), default="real", show_default=True,
    help="With --input: at the pace of real time, or as fast as it goes (for replays; latencies mean nothing).",
)
@click.option("--model", metavar="NAME|GGUF", help="A model of `models list`, or the path of a GGUF.")
@click.option("--voice", metavar="NAME", help="slt, rms, awb or kal16.")
@click.option("--policy", type=click.Choice(["model", "vad"]), help="Who decides when to speak (vad: to compare).")
@click.option("--config", type=FILE, metavar="TOML", help="Settings; options given here win.")
@click.option("--or-demo", is_flag=True, help="Without a microphone, play the bundled conversation.")
@click.option("--in-thread", is_flag=True, hidden=True)
def run(config: Path | None, or_demo: bool, **given: Any) -> None:
    """Talk to the assistant, until Ctrl-C.

    It answers what you ask as soon as you have said it, lets you think in mid-sentence, and stops when you
    interrupt. Say "what time is it", "set a timer for five minutes", "what is twelve times seven", "stop".

    \b
    Try it without a microphone:
      edge-duplex run --input question.wav --output answer.wav --events log.jsonl
    """
    from edge_duplex import launch

    _needs_input(given)
    options = launch.RunOptions(
        settings=_settings(config, given),
        input=given["input_file"],
        output=given["output"],
        events=given["events"],
        record=given["record"],
        pace=given["pace"],
        in_thread=given["in_thread"],
    )
    if or_demo and options.input is None and not launch.has_microphone(options.settings):
        click.echo("There is no microphone here: playing the bundled conversation through the program instead.")
        options = launch.demo(options)
    places = launch.run(options)
    if places is not None:
        launch.after(places, click.echo)


def _needs_input(given: dict[str, Any]) -> None:
    if given["input_file"] is None:
        for option in ("output", "pace"):
            if given[option] not in (None, "real"):
                raise EdgeDuplexError(f"--{option} goes with --input WAV; without a file the sound card is used")


def _settings(config: Path | None, given: dict[str, Any]) -> Settings:
    settings = load_settings(config) if config else Settings()

    def chosen(part: Any, **options: str) -> Any:
        return replace(part, **{name: given[option] for name, option in options.items() if given[option]})

    return replace(
        settings,
        audio=chosen(settings.audio, input_device="input_device", output_device="output_device"),
        model=chosen(settings.model, name="model", policy="policy"),
        voice=chosen(settings.voice, name="voice"),
    )


@main.command()
def devices() -> None:
    """What PortAudio sees: microphones and loudspeakers, their rates, and which would be used."""
    from edge_duplex.audio.portaudio import PyAudioPort
    from edge_duplex.view.tables import show_devices

    audio = PyAudioPort()
    try:
        show_devices(audio, click.echo)
    finally:
        audio.close()


@main.command()
@click.option("--config", type=FILE, metavar="TOML", help="Settings: devices and model to be checked.")
def doctor(config: Path | None) -> None:
    """Check sound devices, echo path and model speed, and say what to do about each thing that fails."""
    from edge_duplex.doctor import examine
    from edge_duplex.launch import BUNDLED_CONVERSATION

    settings = load_settings(config) if config else Settings()
    sys.exit(0 if examine(settings, BUNDLED_CONVERSATION, click.echo) else 2)


@main.group()
def models() -> None:
    """Which models there are, and what is in them."""


@models.command("list")
def models_list() -> None:
    """The models that came with the program and those in your models folder."""
    from edge_duplex.view.tables import show_models

    show_models(click.echo)


@models.command("info")
@click.argument("model", default="interaction")
def models_info(model: str) -> None:
    """What is in MODEL: a name of `models list`, or the path of a GGUF."""
    from edge_duplex.view.tables import show_model

    show_model(model, click.echo)
