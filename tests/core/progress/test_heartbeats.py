"""The rule of the heartbeats against its own promises: messages that are late, shuffled, repeated or made up."""

import random
from datetime import UTC, datetime, timedelta

import pytest
from bson import ObjectId

from infra.local.stack import Stack

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
Message = tuple[float, int]
"""When it arrives, in seconds after the start, and the total that it names."""


class Lesson:
    """A lesson that somebody learns in, at the repository's door."""

    def __init__(self) -> None:
        self.ids = ObjectId(), ObjectId()
        self.lesson_id = ObjectId()
        self.totals: list[int] = []

    def receive(self, *messages: Message) -> int:
        from lms.progress import repository
        from lms.progress.tracking import CARRIED, SLACK

        for arrival, seconds in messages:
            now = START + timedelta(seconds=arrival)
            after = repository.beat(
                *self.ids, self.lesson_id, position=None, seconds=seconds, now=now, carried=CARRIED, slack=SLACK
            )
            self.totals.append(after["seconds"][str(self.lesson_id)])
        assert self.totals == sorted(self.totals), "a total fell"
        return self.totals[-1]


@pytest.fixture
def lesson(ground: Stack) -> Lesson:
    return Lesson()


@pytest.mark.parametrize("seed", range(20))
def test_an_honest_clients_total_arrives_whatever_the_network_does(lesson: Lesson, seed: int):
    """Messages take up to 25 s, overtake each other and come twice; the client pauses now and then."""
    dice = random.Random(seed)
    sent: list[Message] = []
    moment, counted = 0.0, 0
    for _ in range(30):
        pause = 600 if dice.random() < 0.1 else 0
        interval = dice.randint(5, 30)
        moment, counted = moment + interval + pause, counted + interval
        sent.append((moment, counted))
    arrivals = [(at + dice.uniform(0, 25), total) for at, total in sent for _ in range(dice.randint(1, 3))]
    assert lesson.receive(*sorted(arrivals)) == counted


@pytest.mark.parametrize("seed", range(20))
def test_no_client_earns_more_than_the_time_that_has_passed(lesson: Lesson, seed: int):
    dice = random.Random(seed)
    arrivals = sorted(dice.uniform(0, 3600) for _ in range(40))
    messages = [(at, dice.choice([dice.randint(0, 4000), 10**8])) for at in arrivals]
    earned = lesson.receive(*messages)
    assert earned <= arrivals[-1] - arrivals[0] + 65
    assert earned <= max(total for _, total in messages)


@pytest.mark.usefixtures("ground")
def test_messages_of_one_moment_come_to_the_same_in_any_order_and_number():
    totals = [5, 12, 20, 31, 47]
    for seed in range(10):
        dice = random.Random(seed)
        shuffled = dice.sample(totals * 3, 15)
        assert Lesson().receive(*((50.0, total) for total in shuffled)) == 47


def test_a_burst_of_calls_uses_the_slack_once(lesson: Lesson):
    assert lesson.receive(*[(0.0, 10**6)] * 20) == 65
    assert lesson.receive((10.0, 10**6)) == 75


def test_two_tabs_earn_the_time_once(lesson: Lesson):
    """Each counts its own minute of the same minute."""
    one = [(at, int(at)) for at in range(10, 61, 10)]
    other = [(at + 5.0, int(at)) for at in range(10, 61, 10)]
    assert lesson.receive(*sorted(one + other)) == 60


def test_a_tab_that_stands_still_takes_nothing_from_the_other(lesson: Lesson):
    active = [(float(at), at) for at in range(15, 301, 15)]
    idle = [(at + 14.0, 0) for at in range(15, 286, 15)]
    assert lesson.receive(*sorted(active + idle)) == 300


def test_a_servers_clock_that_is_behind_does_no_harm(lesson: Lesson):
    lesson.receive((100.0, 60), (40.0, 10**6))
    assert lesson.receive((100.0, 60)) <= 65
