"""Making model files smaller: checkpoints to GGUF, and GGUF to fewer bits."""
