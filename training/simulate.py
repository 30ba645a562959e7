"""Simulated conversations in two channels, with an oracle that knows when each turn is really over.

Time goes in steps of 80 ms, as at run time, and the trunk at each step is written by the runtime's own
`prompt.trunk`. The oracle labels every step with the right action; its agent then does it, at times a
little late.
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from edge_duplex.audio.frames import FRAME_MS
from edge_duplex.models.interaction.prompt import (
    AGENT,
    USER,
    Action,
    Reply,
    Status,
    reply_items,
    status,
    trunk,
    words_of,
)
from edge_duplex.timeline import Spoken, Who
from training.hearing import Utterance, voice_silence
from training.tokeniser import BEGIN, Tokeniser
from training.tree import Tree

ACTIONS = tuple(Action)
ACTION_INDEX = {action: i for i, action in enumerate(ACTIONS)}


class Room:
    """The two channels and the tree they leave behind. `now` in ms; words are laid on it beforehand."""

    def __init__(self, rng: Random, tokeniser: Tokeniser) -> None:
        self.rng = rng
        self.tree = Tree(BEGIN)
        self.now = rng.randrange(0, FRAME_MS)
        self.learning = True
        """False while a conversation only gathers a past."""
        self._tokeniser = tokeniser
        self._said: list[Spoken] = []
        self._user: list[Utterance] = []
        self._voiced: list[tuple[int, int]] = []
        self._agent: list[Spoken] = []
        self.agent_until = -1
        self._seen: tuple[list[Spoken], int, int] = ([], 0, 0)
        self._tokens: list[int] = []
        self._node = 0

    # --- what happens in it ---

    def user_says(self, utterance: Utterance) -> None:
        for old in [u for u in self._user if u.settled <= self.now]:
            self._said += [Spoken(w.end, w.start, Who.USER, w.text) for w in old.words if w.text]
            self._user.remove(old)
        self._user.append(utterance)
        self._voiced = sorted([*self._voiced[-6:], *utterance.voiced])

    def agent_says(self, text: str) -> None:
        """The agent starts now; its words are on the trunk as they have been heard."""
        self._said += self._agent
        self._agent = []
        pace = self.rng.uniform(0.85, 1.15)
        at = self.now + self.rng.randint(20, 120)
        for word in text.split():
            end = at + int((110 + 45 * len(word)) * pace)
            self._agent.append(Spoken(end, at, Who.AGENT, word))
            at = end + (120 if word[-1] in ".,!?" else 0)
        self.agent_until = at + 60

    def agent_stops(self) -> None:
        self._agent = [word for word in self._agent if word.end <= self.now]
        self.agent_until = min(self.agent_until, self.now)

    def backchannel(self, text: str) -> None:
        """A sign of listening by the agent: heard at once, and it does not count as speaking."""
        self._said.append(Spoken(self.now + 1, self.now, Who.AGENT, text))

    def cue(self, label: str) -> None:
        self._said.append(Spoken(self.now, self.now, Who.CUE, label))

    # --- what is seen of it ---

    @property
    def agent_speaks(self) -> bool:
        return self.now < self.agent_until

    def floor(self) -> tuple[int, int]:
        return voice_silence(self._voiced, self.now)

    def visible(self, utterance: Utterance) -> list[str]:
        """The words of an utterance that are recognised by now, right or wrong."""
        texts = [w.text if w.right <= self.now else w.first for w in utterance.words if w.seen <= self.now]
        return [text for text in texts if text]

    def step(self, right: Action, keep: float) -> None:
        """What is right at this step; it is learnt from with probability `keep`."""
        if not self.learning or self.rng.random() >= keep:
            return
        voice, silence = self.floor()
        self.teach_status(self.here(), status(voice, silence, self.agent_speaks), right)

    def tick(self) -> None:
        self.now += FRAME_MS

    def _look(self) -> None:
        words = [
            Spoken(w.end, w.start, Who.USER, text)
            for u in self._user
            for w in u.words
            if w.seen <= self.now and (text := w.text if w.right <= self.now else w.first)
        ]
        agent = [word for word in self._agent if word.end <= self.now]
        seen = (words, len(agent), len(self._said))
        if seen == self._seen:
            return
        self._seen = seen
        spoken = sorted([*self._said, *words, *agent])
        self._tokens = self._tokeniser.items(trunk(spoken, sample_rate=1000))
        self._node = self.tree.trunk(self._tokens)

    def turn_tokens(self, words: Sequence[str]) -> list[int]:
        """A turn of the user's that begins here, as it would stand on the trunk."""
        return self._tokeniser.items([USER, *words])

    def agent_tokens(self, count: int) -> list[int]:
        """The next words of the agent's, as they would stand on the trunk after the user's."""
        coming = [text for word in self._agent if word.end > self.now for text in words_of(word.text)][:count]
        return self._tokeniser.items([AGENT, *coming]) if coming else []

    def here(self) -> int:
        """The node at the end of the trunk."""
        self._look()
        return self._node

    def teach_status(self, node: int, seen: Status, right: Action) -> None:
        """What is right at a status that did not happen."""
        self.tree.status(node, self._tokeniser.item(seen.token)[0], ACTION_INDEX[right])

    def teach_reply(self, node: int, reply: Reply) -> None:
        """What is right to say; a call's arguments are few among the words, so they count double."""
        weight = 2.0 if reply.skill and reply.text else 1.0
        self.tree.reply(node, self._tokeniser.items(reply_items(reply)), weight)

    def finish(self) -> Tree:
        self._look()
        self.tree.learn_trunk(self._tokens, weight=0.1)
        return self.tree


def read_reply(text: str, due: bool = False) -> Reply:
    """A reply as the language source writes it: text, or "<call> NAME words"."""
    parts: Sequence[str] = text.split()
    if parts[:1] == ["<call>"]:
        return Reply(" ".join(parts[2:]), parts[1], due)
    return Reply(text, due=due)
