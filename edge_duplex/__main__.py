"""Where the program starts: `edge-duplex`, or `python -m edge_duplex`."""

from __future__ import annotations

import signal


def main() -> None:
    # Until there is something to be closed, Ctrl-C just ends it, without a traceback from the middle of an import.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    from edge_duplex.cli import main as command_line

    command_line()


if __name__ == "__main__":
    main()
