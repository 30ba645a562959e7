"""Things told at length, clause after clause: there is nothing in them to answer before the end."""

from __future__ import annotations

from random import Random

OPENINGS = (
    "so yesterday i went to the store", "let me tell you about my day", "you won't believe what happened",
    "so my sister called me this morning", "i had the strangest dream last night", "it all began last summer",
    "when i was a child we lived by the sea", "so we finally moved into the new house", "this morning i woke up late",
    "so i was walking home last night", "my neighbor has a new dog", "we went to the mountains last weekend",
    "i have been thinking about my job", "so the meeting today was a disaster", "last year we drove to the coast",
    "i want to tell you a story", "the thing about my boss is that he never listens", "so i met an old friend today",
)  # fmt: skip
CLAUSES = (
    "and it was raining the whole day", "and then the bus did not come", "and i had to wait for an hour",
    "because my car was at the garage", "and my brother was there too", "but nobody had told me about it",
    "and we sat in the kitchen for a long time", "and she said that she was not coming", "so i went back home again",
    "and the children were playing in the garden", "but the door was locked", "and i could not find my keys",
    "which was really funny", "and everybody started to laugh", "and then the phone rang", "so we had dinner together",
    "and the weather was beautiful", "but it was far too expensive", "and he asked me what i thought",
    "and i did not know what to say", "because it was already dark", "and the dog ran away", "so we looked for him",
    "until we found him under the bed", "and my mother made soup for all of us", "but i was not hungry at all",
    "and after that we went for a walk", "and the streets were empty", "so i took the train instead",
    "and the man next to me was singing", "and i thought about it the whole week", "but in the end it was fine",
    "and that is how we met", "and now we see each other every day", "and i was so tired when i came home",
    "so i made some tea and sat down", "and the power went out", "and we had to light candles",
    "but the shop was closed", "and there was nobody at the desk", "so i wrote them a letter",
    "and i never got an answer",
)  # fmt: skip


def monologue(rng: Random) -> list[tuple[str, ...]]:
    """Four to eight clauses, as words."""
    return [tuple(text.split()) for text in (rng.choice(OPENINGS), *rng.sample(CLAUSES, rng.randint(3, 7)))]
