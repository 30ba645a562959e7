"""The command line of `python -m quantize`."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import click

from edge_duplex.errors import EdgeDuplexError
from quantize.gguf_file import FILE_TYPES, quantise_file

MEBIBYTE = 2**20


@click.group()
def cli() -> None:
    """Make model files smaller."""


@cli.command()
@click.argument("source", metavar="IN", type=click.Path(path_type=Path))
@click.argument("target", metavar="OUT", type=click.Path(path_type=Path))
@click.option("--type", "type_name", default="q8_0", show_default=True, help=", ".join(FILE_TYPES))
@click.option("--force", is_flag=True, help="Replace OUT if it is there.")
@click.option("--threads", default=2, show_default=True, type=click.IntRange(1, 256))
def gguf(source: Path, target: Path, type_name: str, force: bool, threads: int) -> None:
    """Quantise the F32 or F16 GGUF file IN into OUT.

    q8_0 halves an F16 file and costs next to nothing in quality; q4_k_m takes a quarter, and is for models
    that would not fit otherwise. OUT appears only once it has been loaded and has predicted a token.
    """
    started = time.perf_counter()
    made = quantise_file(source, target, type_name, force, threads)
    seconds = time.perf_counter() - started
    click.echo(f"in        {source}  {made.source_bytes / MEBIBYTE:.2f} MiB")
    click.echo(f"out       {target}  {made.target_bytes / MEBIBYTE:.2f} MiB  ({made.ratio:.1%} of it)")
    click.echo(f"type      {type_name.lower()} (mostly {made.tensor_type} tensors)")
    click.echo(f"checked   loads and predicts; vocabulary of {made.vocabulary}")
    click.echo(f"checksum  {made.checksum or 'none, as in the input'}")
    click.echo(f"time      {seconds:.1f} s")


def main() -> None:
    """Exit status 0, or 2 with one line that says what to do."""
    try:
        cli()
    except EdgeDuplexError as error:
        click.echo(f"quantize: {error}", err=True)
        sys.exit(2)
