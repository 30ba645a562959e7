"""Makes the interaction model: language, simulated conversations, training, export. `python -m
training.train`."""
