"""The one base error. The CLI prints it as one line and exits with status 2."""


class EdgeDuplexError(Exception):
    """Something the user can put right: says what happened, on which file or device, and what to do."""


class DeviceError(EdgeDuplexError):
    """No sound device, or one that refuses what was asked of it."""


class ModelError(EdgeDuplexError):
    """A model file that is missing, damaged or of another kind."""


class SoundFileError(EdgeDuplexError):
    """A WAV file that cannot be read or written."""


class ConfigError(EdgeDuplexError):
    """A setting that is unknown or out of range."""


class IllegalEventError(EdgeDuplexError):
    """An event the floor table has no place for in its present state; nothing was changed."""
