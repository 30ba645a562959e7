"""Measuring conversations: on the sound, not on what the program says of itself."""
