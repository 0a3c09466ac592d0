"""32 clients on the last seats, round after round. SEAT_ROUNDS sets how many."""

import os
import random

from bson import ObjectId

from tests.people import Api
from tests.seats import CLIENTS, Course, at_once, crowd

ROUNDS = int(os.environ.get("SEAT_ROUNDS", "5"))


def test_exactly_as_many_enrol_as_there_are_seats(api: Api):
    for _ in range(ROUNDS):
        seats = random.randint(1, 4)
        course = Course(seats=seats, waiting_list=False)
        assert at_once(course.enroll, crowd()) == {"active": seats, "COURSE_FULL": CLIENTS - seats}
        assert course.taken == len(course.rows("active")) == seats


def test_seats_and_waiting_list_hold_while_people_come_and_go(api: Api):
    for _ in range(ROUNDS):
        course = Course(seats=3, waiting_list=True)
        people = crowd(16)
        at_once(course.enroll, people)

        def come_or_go(person: ObjectId, course: Course = course) -> str:
            return random.choice([course.withdraw, course.enroll])(person)

        at_once(come_or_go, people * 2)
        active, waiting = course.rows("active"), course.rows("waiting")
        assert course.taken == len(active) <= 3
        assert not waiting or len(active) == 3
