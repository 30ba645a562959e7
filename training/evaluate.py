"""How good a model is, measured on the real runtime with sentence shapes it never saw: `python -m training.evaluate`.

Everything is simulated but the model: see `stage.py`. Latencies are from the user's last voice to the first sample
at the loudspeaker, in steps of 80 ms; the recogniser lags by up to 0.3 s and is sometimes wrong while it makes up
its mind.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import numpy as np

from edge_duplex.models.interaction.prompt import words_of
from edge_duplex.models.llama import Llama
from training.conversation import Conversation
from training.hearing import Utterance, mishear, noise, utter
from training.language import (
    Turn,
    sample_backchannel,
    sample_interruption,
    sample_side_talk,
    sample_turn,
)
from training.oracle import vocabulary
from training.stage import Stage
from training.train import WEIGHTS, action_tokens, make_tokeniser
from training.tree import NONE

TALKS = "what can you do"
"""Makes the agent talk long enough to be spoken over."""


@dataclass
class Tally:
    """Yes and no, and times in ms."""

    yes: int = 0
    of: int = 0
    times: list[int] = field(default_factory=list)

    def add(self, good: bool, time: int | None = None) -> None:
        self.yes += good
        self.of += 1
        if time is not None:
            self.times.append(time)

    def __str__(self) -> str:
        share = f"{100 * self.yes / max(1, self.of):5.1f} % of {self.of:3d}"
        if not self.times:
            return share
        middle, late = np.percentile(self.times, [50, 95])
        return f"{share}   p50 {middle / 1000:.2f} s   p95 {late / 1000:.2f} s"


class Exam:
    """Runs every kind of scene `count` times with sentences of one split. `policy`: "model" or "vad"."""

    def __init__(self, path: Path, count: int, policy: str = "model", split: str = "held", seed: int = 99) -> None:
        self._path, self._count, self._policy = path, count, policy
        self._held = split == "held"
        self._rng = Random(seed)
        self.found: dict[str, Tally] = {}

    def _tally(self, name: str) -> Tally:
        return self.found.setdefault(name, Tally())

    def run(self) -> dict[str, Tally]:
        scenes: tuple[Callable[[], None], ...] = (
            self._turn, self._misheard, self._pause, self._interruption, self._backchannel, self._side_talk,
            self._noise,
        )  # fmt: skip
        for scene in scenes:
            for _ in range(self._count):
                scene()
        return self.found

    def _turns(self, wanted: Callable[[Turn], bool]) -> Turn:
        while True:
            turn = sample_turn(self._rng, "held" if self._held else "train")
            if wanted(turn):
                return turn

    def _stage(self) -> Stage:
        stage = Stage(self._path, self._policy)
        stage.run(self._rng.randrange(400, 1200))
        return stage

    def _say(self, stage: Stage, words: tuple[str, ...], pauses: dict[int, int] | None = None) -> Utterance:
        made = utter(words, words, stage.now + self._rng.randrange(80), pauses or {}, self._rng, vocabulary())
        stage.says(made)
        return made

    def _reply(self, stage: Stage, turn: Turn, said: Utterance, name: str) -> None:
        """Wait for the reply to a turn that is being said, and mark it."""
        stops = said.voiced[-1][1]
        stage.run(stops + 4000, lambda: stage.since(stops, stage.started) is not None)
        began = stage.since(stops - 400, stage.started)
        self._tally(f"{name}: answered").add(began is not None, None if began is None else began - stops)
        if turn.kind in ("request", "repeat", "unknown", "smalltalk"):
            stage.run(stage.now + 6000, lambda: not stage.speaking)
            words = words_of(" ".join(text for when, text in stage.texts if began is not None and when >= began - 160))
            if turn.reply.startswith("<call>"):
                self._tally(f"{name}: right call").add(turn.reply in stage.skills.done[-1:])
            else:
                self._tally(f"{name}: right words").add(words == words_of(turn.reply))

    def _turn(self) -> None:
        turn = self._turns(lambda turn: turn.kind != "fragment")
        stage = self._stage()
        said = self._say(stage, turn.words)
        stage.run(said.voiced[-1][1] - 400)
        self._tally("turn: not cut in on").add(not stage.started)
        self._reply(stage, turn, said, f"turn, {turn.kind}")
        stage.model.close()

    def _misheard(self) -> None:
        turn = self._turns(lambda turn: turn.kind == "request")
        wrong = mishear(turn, self._rng, vocabulary(), 0.15)
        stage = self._stage()
        made = utter(turn.words, wrong.words, stage.now + 90, {}, self._rng, vocabulary())
        stage.says(made)
        self._reply(stage, turn, made, "misheard (15 % of words)")
        stage.model.close()

    def _pause(self) -> None:
        turn = self._turns(lambda turn: bool(turn.holds) and turn.kind in ("request", "unknown"))
        stage = self._stage()
        at = self._rng.choice(sorted(turn.holds))
        said = self._say(stage, turn.words, {at: self._rng.randint(600, 1400)})
        stage.run(said.voiced[-1][1] - 300)
        self._tally("pause in mid-thought: waited").add(not stage.started)
        if not stage.started:
            self._reply(stage, turn, said, "pause in mid-thought")
        stage.model.close()

    def _talking(self) -> Stage:
        stage = self._stage()
        self._say(stage, tuple(TALKS.split()))
        stage.run(stage.now + 8000, lambda: bool(stage.started))
        stage.run(stage.now + self._rng.randint(600, 2500))
        return stage

    def _interruption(self) -> None:
        turn = sample_interruption(self._rng, "held" if self._held else "train")
        stage = self._talking()
        stage.texts.clear()
        said = self._say(stage, turn.words)
        starts = said.voiced[0][0]
        stage.run(said.voiced[-1][1] + 800, lambda: bool(stage.yielded))
        yielded = stage.since(starts, stage.yielded)
        self._tally("interruption: gave way").add(yielded is not None, None if yielded is None else yielded - starts)
        if turn.kind != "stop":
            self._reply(stage, turn, said, "interruption")
        stage.model.close()

    def _backchannel(self) -> None:
        stage = self._talking()
        self._say(stage, sample_backchannel(self._rng))
        stage.run(stage.now + 2500)
        self._tally("backchannel: went on").add(not stage.yielded)
        stage.model.close()

    def _side_talk(self) -> None:
        stage = self._stage()
        said = self._say(stage, sample_side_talk(self._rng))
        stage.run(said.settled + 3500)
        self._tally("side talk: not answered").add(not stage.started)
        stage.model.close()

    def _noise(self) -> None:
        stage = self._talking()
        over = noise(stage.now + 50, self._rng)
        stage.says(over)
        stage.run(over.settled + 500)
        self._tally("noise over the agent: went on").add(not stage.yielded)
        stage.model.close()


def agreement(full: Path, small: Path, conversations: int = 8) -> float:
    """The share of statuses of simulated conversations at which two files of one model choose the same action."""
    one, other, words = Llama(full), Llama(small), make_tokeniser(seed=1)
    actions = action_tokens(words).numpy()
    same, of = 0, 0
    for seed in range(conversations):
        tree = Conversation(Random(10**9 + seed), words, "held").play()
        for node in (node for node in range(len(tree)) if tree.actions[node] != NONE):
            path = tree.path(node)
            one.forget(0)
            other.forget(0)
            chosen = one.decode(path, 0)[actions].argmax(), other.decode(path, 0)[actions].argmax()
            same, of = same + int(chosen[0] == chosen[1]), of + 1
    return same / of


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, default=WEIGHTS)
    parser.add_argument("--policy", choices=("model", "vad"), default="model")
    parser.add_argument("--split", choices=("held", "train"), default="held")
    parser.add_argument("--count", type=int, default=150)
    parser.add_argument("--full", type=Path, help="the same model in F32: only how often the two agree is measured")
    asked = parser.parse_args()
    if asked.full is not None:
        print(f"the same action at {100 * agreement(asked.full, asked.model):.2f} % of the statuses")
        return
    for name, tally in Exam(asked.model, asked.count, asked.policy, asked.split).run().items():
        print(f"{name:45} {tally}")


if __name__ == "__main__":
    main()
