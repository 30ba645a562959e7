"""Saying it again: as much of it as was heard."""

from __future__ import annotations

from edge_duplex.skills.protocol import Answer, Scene


class Repeat:
    name = "repeat"

    def answer(self, words: str, scene: Scene) -> Answer:
        return Answer(scene.last_said or "I haven't said anything yet.", result=scene.last_said)
