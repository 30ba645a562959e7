"""Which view a stream gets: the live one for a person at a terminal, plain lines for everything else."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TextIO

from edge_duplex.view.plain import PlainView
from edge_duplex.view.protocol import View


def open_view(stream: TextIO, environment: Mapping[str, str] = os.environ) -> View:
    """A view that writes to `stream`. A terminal that calls itself dumb gets plain lines."""
    if stream.isatty() and environment.get("TERM", "dumb") not in ("dumb", ""):
        from edge_duplex.view.live import LiveView  # rich takes a while to import: only where it is seen

        return LiveView(stream)
    return PlainView(stream)
