"""Who reviews whose work: the same number for everybody, as far as that can be, and never one's own.

What is allocated already stays, and who comes later joins. A seed decides where several ways are equal, so that the
same people and works are always allocated in the same way.
"""

import random
from collections import Counter, deque
from collections.abc import Collection, Iterable, Mapping

from bson import ObjectId

Pair = tuple[ObjectId, ObjectId]
"""A reviewer, and the work, by its holder: a learner or a group."""


def allocated(
    authors: Mapping[ObjectId, Collection[ObjectId]],
    reviewers: Collection[ObjectId],
    before: Collection[Pair],
    replacing: Collection[Pair],
    count: int,
    seed: str,
) -> list[Pair]:
    """The pairs to add for each of ``reviewers`` to give ``count`` reviews and each work to get as many.

    ``authors``: by work, those whose own it is. ``before``: the pairs allocated earlier; ``replacing``: those that
    took the place of one of them, which count for nobody but are never repeated. Where learners work alone, all
    give and get the same number, or one more where a few came late. Where there are too few others, each has
    all of them.
    """
    rng = random.Random(seed)
    works, people = sorted(authors), sorted(reviewers)
    taken = {*before, *replacing, *((person, work) for work in works for person in authors[work])}
    gives, gets = Counter(person for person, _ in before), Counter(work for _, work in before)
    wanted = {person: count - gives[person] for person in people}
    added = _matched(wanted, {work: gets[work] for work in works}, taken, rng)
    gives.update(person for person, _ in added)
    gives.update(person for person, _ in replacing)
    gets.update(work for _, work in added)
    lacking = {work: count - gets[work] for work in works}
    turned = {(work, person) for person, work in {*taken, *added}}
    more = _matched(lacking, {person: gives[person] for person in people}, turned, rng)
    return added + [(person, work) for work, person in more]


def stand_in(
    ready: Iterable[ObjectId], barred: Collection[ObjectId], given: Mapping[ObjectId, int], seed: str
) -> ObjectId | None:
    """Who reviews in the place of one who did not: of those who are ``ready`` and not ``barred`` the one who has
    ``given`` the least; None where nobody is left."""
    left = sorted(set(ready).difference(barred))
    random.Random(seed).shuffle(left)
    return min(left, key=lambda each: given.get(each, 0), default=None)


def _matched(
    wanted: Mapping[ObjectId, int],
    loads: Mapping[ObjectId, int],
    taken: Collection[Pair],
    rng: random.Random,
) -> list[Pair]:
    """For each as many of ``loads`` as are ``wanted``, so that the loads rise as evenly as they can; none of the
    pairs that are ``taken``."""
    flow = _Flow(loads, taken)
    barred = Counter(giver for giver, taker in set(taken) if taker in loads)
    left = {giver: min(most, len(loads) - barred[giver]) for giver, most in wanted.items()}
    while left := {giver: most for giver, most in left.items() if most > 0}:
        flow.raise_ceiling(rng)
        following = list(left)
        rng.shuffle(following)
        while following and flow.spare:
            following = [giver for giver in following if left[giver] and flow.add(giver)]
            left.update({giver: left[giver] - 1 for giver in following})
    return flow.pairs


class _Flow:
    """Pairs of givers and takers, under a ceiling of what a taker may have.

    When nothing more can be added below a ceiling, it is a maximum flow (Ford and Fulkerson 1956): each pair is
    added by a path along which others change their takers.
    """

    def __init__(self, loads: Mapping[ObjectId, int], taken: Collection[Pair]) -> None:
        self.loads = loads
        self.taken = set(taken)
        self.givers: dict[ObjectId, dict[ObjectId, None]] = {taker: {} for taker in loads}
        self.ceiling = min(loads.values(), default=0)
        self.order: list[ObjectId] = []
        self.spare: dict[ObjectId, int] = {}

    @property
    def pairs(self) -> list[Pair]:
        return [(giver, taker) for taker, givers in self.givers.items() for giver in givers]

    def raise_ceiling(self, rng: random.Random) -> None:
        self.ceiling += 1
        self.order = list(self.loads)
        rng.shuffle(self.order)
        room = {each: self.ceiling - self.loads[each] - len(self.givers[each]) for each in self.order}
        self.spare = {each: left for each, left in room.items() if left > 0}

    def add(self, giver: ObjectId) -> bool:
        """Whether there was a way to give one more."""
        if (taker := next((each for each in self.spare if self._may(giver, each)), None)) is not None:
            self._give(giver, taker)
            self._fill(taker)
            return True
        gave_up: dict[ObjectId, ObjectId | None] = {giver: None}
        came_by: dict[ObjectId, ObjectId] = {}
        unseen, queue = dict.fromkeys(self.order), deque([giver])
        while queue:
            one = queue.popleft()
            for taker in [each for each in unseen if self._may(one, each)]:
                del unseen[taker]
                came_by[taker] = one
                if taker in self.spare:
                    self._change_along(taker, came_by, gave_up)
                    return True
                others = [each for each in self.givers[taker] if each not in gave_up]
                gave_up.update(dict.fromkeys(others, taker))
                queue.extend(others)
        return False

    def _may(self, giver: ObjectId, taker: ObjectId) -> bool:
        return (giver, taker) not in self.taken and giver not in self.givers[taker]

    def _give(self, giver: ObjectId, taker: ObjectId) -> None:
        self.givers[taker][giver] = None

    def _fill(self, taker: ObjectId) -> None:
        self.spare[taker] -= 1
        if not self.spare[taker]:
            del self.spare[taker]

    def _change_along(
        self, last: ObjectId, came_by: Mapping[ObjectId, ObjectId], gave_up: Mapping[ObjectId, ObjectId | None]
    ) -> None:
        self._fill(last)
        taker: ObjectId | None = last
        while taker is not None:
            giver = came_by[taker]
            self._give(giver, taker)
            taker = gave_up[giver]
            if taker is not None:
                del self.givers[taker][giver]
