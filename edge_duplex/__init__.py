"""edge-duplex: a voice assistant runtime that listens while it talks."""

__version__ = "0.1.0"
