"""A whole simulated conversation: scene after scene in a `Room`, with the right action at every step."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random
from typing import Literal

from edge_duplex.models.interaction.prompt import Action, Reply
from training import answers
from training.common import sample_common
from training.drills import drill, drill_over_agent, drill_waiting
from training.hearing import Utterance, mishear, noise, utter
from training.language import (
    Turn,
    sample_backchannel,
    sample_exchange,
    sample_interruption,
    sample_side_talk,
    sample_turn,
)  # fmt: skip
from training.monologue import monologue
from training.oracle import (
    BACKCHANNEL_MS,
    CALLED_MS,
    ODD_MS,
    OPEN_MS,
    REPLY_AFTER_MS,
    called,
    meant,
    silenced,
    tells,
    vocabulary,
)
from training.simulate import Room, read_reply
from training.tokeniser import Tokeniser
from training.tree import Tree

Split = Literal["train", "held", "all"]

HELD_SHARE = 0.15
COMMON_SHARE = 0.3


class Conversation:
    """Plays scenes until the tree has `past` nodes, and then on until there are `nodes` more to learn from.

    `keep`: the share of uneventful steps that is learnt from.
    """

    def __init__(
        self,
        rng: Random,
        tokeniser: Tokeniser,
        split: Split = "train",
        nodes: int = 240,
        past: int = 0,
        keep: float = 0.08,
    ) -> None:
        self.rng, self._split, self.nodes, self.past, self.keep = rng, split, nodes, past, keep
        self.room = Room(rng, tokeniser)
        self.last_said = ""
        self._answers = answers.Answers(rng)
        self._exchange: list[Turn] = []

    @property
    def split(self) -> Literal["train", "held"]:
        """Of the next sentence: "all" is the two in the proportion of their shapes."""
        if self._split == "all":
            return "held" if self.rng.random() < HELD_SHARE else "train"
        return self._split

    def play(self) -> Tree:
        scenes: Sequence[tuple[float, Callable[[], None]]] = (
            (1.0, self.turn), (0.07, self.side_talk), (0.06, self.noise), (0.15, self.monologue),
            (0.08, self.due), (0.05, self.acknowledge),
            (0.06, self.carried_on),
        )  # fmt: skip
        self.room.learning = False
        while len(self.room.tree) < self.past:
            self._scene(scenes)
            self.room.here()
        self.room.learning = True
        if not self.past:
            self.drills()
        end = len(self.room.tree) + self.nodes
        while len(self.room.tree) < end:
            self._until(self.room.now + self.rng.choice((80, 240, 500, 1000, 2500, 5000)), self.keep * 0.6)
            self._scene(scenes)
            if not self.room.agent_speaks:
                self.drills()
        return self.room.finish()

    def _scene(self, scenes: Sequence[tuple[float, Callable[[], None]]]) -> None:
        self.rng.choices([scene for _, scene in scenes], [weight for weight, _ in scenes])[0]()

    # --- scenes ---

    def _until(self, end: int, keep: float) -> None:
        while self.room.now < end:
            self.room.tick()
            self.room.step(Action.WAIT, keep)

    def turn(self) -> None:
        if not self._exchange and self.rng.random() < 0.12:
            self._exchange = sample_exchange(self.rng, self.split)
        turn = self._exchange.pop(0) if self._exchange else self._turn()
        self.answered(turn, self._say(turn), REPLY_AFTER_MS[turn.kind])

    def _turn(self) -> Turn:
        draw = sample_common if self.rng.random() < COMMON_SHARE else sample_turn
        return draw(self.rng, self.split)

    def drills(self) -> None:
        """What else the user might have said here."""
        for _ in range(2):
            turn = self._turn()
            for _ in range(3 if self.rng.random() < 0.5 else 0):
                if len(turn.reply.split()) > 2 and turn.reply.startswith("<call>"):
                    break
                turn = sample_turn(self.rng, self.split)
            drill(self.room, turn, REPLY_AFTER_MS[turn.kind], OPEN_MS, self.rng)
        if self.rng.random() < 0.5:
            drill_waiting(self.room, sample_side_talk(self.rng), self.rng)

    def drills_over_agent(self) -> None:
        """What else the user might say over the agent."""
        for _ in range(2):
            meant = sample_interruption(self.rng, self.split)
            drill_over_agent(self.room, meant.words, tells, self.rng)
            self._after_giving_way(meant)
            drill_over_agent(self.room, sample_backchannel(self.rng), lambda words: False, self.rng)
        if self.rng.random() < 0.4:
            drill_over_agent(self.room, sample_side_talk(self.rng), lambda words: False, self.rng)

    def _after_giving_way(self, turn: Turn) -> None:
        """What is right once the agent has stopped for a turn; after "stop", nothing is."""
        if silenced(turn):
            drill_waiting(self.room, turn.words, self.rng)
        else:
            after = CALLED_MS if called(turn) else REPLY_AFTER_MS[turn.kind]
            drill(self.room, turn, after, OPEN_MS, self.rng)

    def carried_on(self) -> None:
        """The agent answers what was complete, and the user goes on: give way, then answer the whole."""
        turn = sample_turn(self.rng, self.split)
        while not turn.done:
            turn = sample_turn(self.rng, self.split)
        at = self.rng.choice(sorted(turn.done))
        first = self._plain(turn.words[:at])
        while self.room.now < first.settled + REPLY_AFTER_MS["request"]:
            self.room.tick()
            self.room.step(Action.WAIT, self.keep)
        self.room.agent_says(self._answers.to(turn.reply, self.last_said, self.room.now))
        self._until(self.room.now + self.rng.choice((80, 160, 320)), self.keep)
        rest = Turn(turn.words[at:], turn.reply, turn.kind, frozenset(), frozenset())
        said = self._say(rest)
        self._break_in(said)
        self._until(self.room.agent_until, self.keep)
        self.answered(rest, said, REPLY_AFTER_MS[turn.kind])

    def side_talk(self) -> None:
        said = self._plain(sample_side_talk(self.rng))
        self._until(said.settled + self.rng.choice((500, 1500, 4000)), self.keep * 2)

    def noise(self) -> None:
        made = noise(self.room.now + 100, self.rng)
        self.room.user_says(made)
        self._until(made.settled + self.rng.choice((300, 1000, 3000)), self.keep * 2)

    def acknowledge(self) -> None:
        """An "okay" when the agent has just been heard out: there is nothing to answer."""
        if self.last_said:
            said = self._plain(sample_backchannel(self.rng))
            self._until(said.settled + self.rng.choice((800, 2500)), self.keep * 2)

    def monologue(self) -> None:
        """Clause after clause; a "mm-hm" now and then where one ends; then something short to say."""
        clauses = monologue(self.rng)
        since = 0
        for i, clause in enumerate(clauses):
            said = self._plain(clause)
            since += len(clause)
            ends = i + 1 == len(clauses)
            gap = self.rng.choice((300, 500, 700, 1000)) if not ends else 3000
            stops = said.voiced[-1][1]
            wanted = since >= 9 and not ends
            while self.room.now < stops + gap:
                self.room.tick()
                silence = self.room.now - stops
                ready = silence >= BACKCHANNEL_MS and self.room.now >= said.settled
                if ends and ready and silence >= OPEN_MS:
                    break
                give = wanted and ready and since > 0
                self.room.step(Action.BACKCHANNEL if give else Action.WAIT, 1.0 if ready else self.keep)
                if give and self.rng.random() < 0.6:
                    self.room.backchannel(self.rng.choice(("Mm-hm.", "Right.", "I see.")))
                    since = 0
        self._speak(Reply(self.rng.choice(("I see.", "I see. Tell me more."))))

    def due(self) -> None:
        label, words = answers.due(self.rng)
        while self.room.agent_speaks:
            self._until(self.room.now + 80, self.keep)
        self.room.cue(label)
        for _ in range(self.rng.choice((1, 1, 2, 6))):
            self.room.tick()
            self.room.step(Action.SPEAK, 1.0)
        self._speak(Reply("", due=True), words)

    # --- the user speaks ---

    def _plain(self, words: Sequence[str]) -> Utterance:
        said = utter(words, words, self.room.now + 90, {}, self.rng, vocabulary())
        self.room.user_says(said)
        return said

    def _say(self, turn: Turn) -> Utterance:
        """Say a turn, with pauses where the speaker thinks; sometimes misheard."""
        self._heard = mishear(turn, self.rng, vocabulary(), self.rng.choice((0.0, 0.0, 0.0, 0.05, 0.15)))
        pauses = {at: self.rng.randint(400, 1600) for at in turn.holds if self.rng.random() < 0.35}
        said = utter(turn.words, self._heard.words, self.room.now + 90, pauses, self.rng, vocabulary())
        self.room.user_says(said)
        return said

    def answered(self, turn: Turn, said: Utterance, after: int) -> None:
        """Wait until the turn is over, then speak; the agent is sometimes late."""
        if self._heard.ends_oddly:
            after = max(after, ODD_MS)
        late = self.rng.choice((0, 0, 0, 1, 1, 2, 3, 6, self.rng.randint(0, 60)))
        stops, thinks = said.voiced[-1][1], self.keep * 2.5
        while True:
            self.room.tick()
            _, silence = self.room.floor()
            over = self.room.now >= said.settled and self.room.now - stops >= after
            self.room.step(Action.SPEAK if over else Action.WAIT, 1.0 if over or silence else thinks)
            late -= over
            if over and late < 0:
                break
        self._speak(read_reply(self._heard.reply))

    def _speak(self, reply: Reply, words: str = "") -> None:
        """The agent says a reply; the user may let it, agree with it, or break in."""
        if self.room.learning:
            self.room.teach_reply(self.room.here(), reply)
        call = f"<call> {reply.skill} {reply.text}" if reply.skill else reply.text
        words = words or self._answers.to(call, self.last_said, self.room.now)
        self.room.agent_says(words)
        self.last_said = words
        what = self.rng.random()
        length = self.room.agent_until - self.room.now
        if self.room.learning and length > 1500:
            self._until(self.room.now + self.rng.randint(400, length // 2), self.keep * 0.5)
            self.drills_over_agent()
            length = self.room.agent_until - self.room.now
        if what < 0.35 and length > 500:
            self._until(self.room.now + self.rng.randint(200, length - 200), self.keep * 0.5)
            self.interrupted()
        elif what < 0.6 and length > 200:
            self._until(self.room.now + self.rng.randint(0, max(1, length - 100)), self.keep * 0.5)
            self.undisturbed()
        self._until(self.room.agent_until, self.keep * 0.5)

    def undisturbed(self) -> None:
        """Voice over the agent that is not meant to stop it."""
        what = self.rng.random()
        if what < 0.7:
            said = self._plain(sample_backchannel(self.rng))
        elif what < 0.8:
            said = self._plain(sample_side_talk(self.rng))
        else:
            said = noise(self.room.now + 90, self.rng)
            self.room.user_says(said)
        self._until(said.settled + 80, 1.0)
        self._until(said.settled + 500, self.keep)

    def interrupted(self) -> None:
        """The user breaks in and means it: yield as soon as that can be known, then answer."""
        turn = sample_interruption(self.rng, self.split)
        said = self._say(turn)
        self._break_in(said)
        if turn.kind == "stop":
            if silenced(turn):
                return self._until(said.settled + self.rng.choice((1000, 4000)), self.keep * 3)
            return self.answered(turn, said, CALLED_MS)
        self._until(self.room.agent_until, self.keep)
        self.answered(turn, said, REPLY_AFTER_MS[turn.kind])

    def _break_in(self, said: Utterance) -> None:
        slow = self.rng.choice((0, 0, 0, 1, 2, 4))
        while self.room.agent_speaks and self.room.now < said.settled + 400:
            self.room.tick()
            means = meant(self.room.visible(said), self.room.now - said.voiced[0][0])
            self.room.step(Action.YIELD if means and self.room.agent_speaks else Action.WAIT, 1.0)
            slow -= means
            if means and slow < 0:
                self.room.agent_stops()
