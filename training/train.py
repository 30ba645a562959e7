"""Makes the interaction model, from language to GGUF: `python -m training.train`. Minutes on two cores."""

from __future__ import annotations

import argparse
import math
import os
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import count, islice
from multiprocessing import get_context
from pathlib import Path
from random import Random

import torch
from torch import Tensor
from torch.nn import functional

from edge_duplex.models.interaction.prompt import Action
from training import answers, tokeniser
from training.conversation import Conversation, Split
from training.export import load, release
from training.language import sample_turn, sentences
from training.network import Network, Shape
from training.simulate import ACTIONS
from training.tokeniser import Tokeniser
from training.tree import NONE, Batch, Tree, batch

WEIGHTS = Path(__file__).parent.parent / "edge_duplex" / "weights" / "interaction.gguf"
NODES_A_STEP = 4200
"""With padding."""
POOL = 48
"""Conversations sorted by size together, so that little is padded."""
SAVED_EVERY = 100
WARM_UP = 50


@dataclass(frozen=True)
class Course:
    """One pass of learning. The figures of the model card are those after the first; the second adds what was held
    out."""

    steps: int
    rate: float
    split: Split


COURSES = (Course(800, 2.5e-3, "train"), Course(450, 1.5e-3, "all"))
ACTION_WEIGHT = dict.fromkeys(Action, 1.0) | {Action.BACKCHANNEL: 1.5, Action.YIELD: 2.0}


def text(seed: int, lines: int = 12000) -> Iterator[str]:
    """Lines with the words of both channels, for the vocabulary."""
    rng = Random(seed)
    skills, last = answers.Answers(rng), ""
    for sentence in sentences(rng, lines):
        yield " ".join(sentence)
        reply = sample_turn(rng).reply
        last = skills.to(reply, last, now_ms=0)
        yield from (reply.replace("<call> ", ""), last, last.lower(), answers.due(rng)[0])


def make_tokeniser(seed: int) -> Tokeniser:
    return Tokeniser(tokeniser.train(text(seed)))


_tokeniser: Tokeniser | None = None
_split: Split = "train"


def _hire(model: bytes, split: Split) -> None:
    global _tokeniser, _split
    _split = split
    _tokeniser = Tokeniser(model)
    os.nice(2)


def _simulate(seed: int) -> Tree:
    assert _tokeniser is not None
    rng = Random(seed)
    past = rng.choice((0, 0, 60, 120, 200))
    return Conversation(rng, _tokeniser, _split, nodes=rng.choice((100, 160, 240)), past=past).play()


def pack(trees: Iterable[Tree]) -> Iterator[list[Tree]]:
    """Trees of about one size together, as many as a step holds."""
    waiting: list[Tree] = []
    for tree in sorted(trees, key=len):
        if waiting and len(tree) * (len(waiting) + 1) > NODES_A_STEP:
            yield waiting
            waiting = []
        waiting.append(tree)
    if waiting:
        yield waiting


def batches(model: bytes, seed: int, course: Course) -> Iterator[Batch]:
    """Simulated conversations, made in another process while the network learns from the ones before."""
    rng, made = Random(seed), 0
    with get_context("spawn").Pool(1, _hire, (model, course.split)) as pool:
        trees = pool.imap(_simulate, count(seed), chunksize=4)
        while True:
            packs = list(pack(islice(trees, POOL)))
            rng.shuffle(packs)
            for some in packs:
                if made == course.steps:
                    return
                made += 1
                yield batch(some)


def action_tokens(tokeniser: Tokeniser) -> Tensor:
    return torch.tensor([tokeniser.item(action.token)[0] for action in ACTIONS])


def losses(network: Network, made: Batch, actions: Tensor) -> tuple[Tensor, Tensor]:
    """Cross-entropy of the actions at the statuses, and of the words, each a weighted mean."""
    follows, wanted = torch.from_numpy(made.follows), torch.from_numpy(made.actions)
    hidden = network(*(torch.from_numpy(array) for array in (made.tokens, made.positions, made.sees)))
    at_status, at_word = wanted != NONE, follows != NONE
    scores = hidden[at_status] @ network.output.weight[actions].T
    weights = torch.tensor([ACTION_WEIGHT[action] for action in ACTIONS])
    act = functional.cross_entropy(scores.float(), wanted[at_status], weight=weights)
    each = functional.cross_entropy(network.logits(hidden[at_word]).float(), follows[at_word], reduction="none")
    share = torch.from_numpy(made.weights)[at_word]
    return act, (each * share).sum() / share.sum()


def rate_at(step: int, course: Course) -> float:
    """Warm-up, then a half cosine down to a fiftieth."""
    if step < WARM_UP:
        return course.rate * (step + 1) / WARM_UP
    gone = (step - WARM_UP) / max(1, course.steps - WARM_UP)
    return course.rate * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * gone)))


def learn(network: Network, tokeniser: Tokeniser, course: Course, seed: int, out: Path) -> None:
    bare = [p for p in network.parameters() if p.dim() < 2]
    full = [p for p in network.parameters() if p.dim() == 2]
    groups = [{"params": full, "weight_decay": 0.05}, {"params": bare, "weight_decay": 0.0}]
    optimiser = torch.optim.AdamW(groups, lr=course.rate, betas=(0.9, 0.97))
    actions, began = action_tokens(tokeniser), time.monotonic()
    for step, made in enumerate(batches(tokeniser.model, seed, course)):
        for group in optimiser.param_groups:
            group["lr"] = rate_at(step, course)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            act, words = losses(network, made, actions)
        optimiser.zero_grad(set_to_none=True)
        (act + words).backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()
        if step % SAVED_EVERY == SAVED_EVERY - 1:
            release(network, tokeniser, out)
        if step % 20 == 0 or step + 1 == course.steps:
            spent = time.monotonic() - began
            print(
                f"step {step:4d}  actions {act.item():.4f}  words {words.item():.4f}  {spent:.0f} s",
                flush=True,
            )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    parser.add_argument("--go-on-from", type=Path, help="the F32 GGUF after the first course: only the second is run")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    torch.manual_seed(asked.seed)
    torch.set_num_threads(2)
    words = make_tokeniser(asked.seed)
    network = Network(Shape(-(-words.size // 32) * 32))
    courses: tuple[Course, ...] = COURSES
    if asked.go_on_from is not None:
        load(network, asked.go_on_from)
        courses = COURSES[1:]
    asked.out.parent.mkdir(parents=True, exist_ok=True)
    for course in courses:
        part = asked.out if course is COURSES[-1] else asked.out.with_suffix(f".{course.split}.gguf")
        learn(network, words, course, (asked.seed + COURSES.index(course)) * 10**6, part)
        release(network, words, part)
    print(f"{asked.out}: {asked.out.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
