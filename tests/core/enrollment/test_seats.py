"""Seats and the waiting list under real concurrency: never oversold, in the order of arrival, never stuck."""

import random

import pytest
from bson import ObjectId

from tests.people import Api
from tests.seats import CLIENTS, Course, at_once, crowd


@pytest.mark.parametrize("seats", [1, 3])
def test_on_the_last_seats_exactly_so_many_enrol(api: Api, seats: int):
    for _ in range(2):
        course = Course(seats=seats, waiting_list=False)
        assert at_once(course.enroll, crowd()) == {"active": seats, "COURSE_FULL": CLIENTS - seats}
        assert course.taken == len(course.rows("active")) == seats


def test_a_course_that_was_never_written_to_takes_all(api: Api):
    from lms.enrollment.repository import course_seats

    course = Course(seats=None, waiting_list=False)
    course_seats().delete_one({"_id": course.id})
    assert at_once(course.enroll, crowd()) == {"active": CLIENTS}
    assert course.taken == CLIENTS


def test_one_person_on_many_tabs_takes_one_seat(api: Api):
    course = Course(seats=5, waiting_list=True)
    assert at_once(course.enroll, crowd(1) * CLIENTS) == {"active": CLIENTS}
    assert course.taken == len(course.rows("active")) == 1


def test_those_without_a_seat_wait_with_a_ticket_each(api: Api):
    course = Course(seats=2, waiting_list=True)
    assert at_once(course.enroll, crowd()) == {"active": 2, "waiting": CLIENTS - 2}
    tickets = [row["ticket"] for row in course.rows("waiting")]
    assert len(set(tickets)) == CLIENTS - 2
    assert course.taken == 2


def test_the_waiting_list_moves_up_in_its_order_under_concurrent_withdrawals(api: Api):
    course = Course(seats=8, waiting_list=True)
    at_once(course.enroll, crowd())
    seated, waiting = course.people("active"), course.people("waiting")
    assert at_once(course.withdraw, seated) == {"withdrawn": 8}
    assert set(course.people("active")) == set(waiting[:8])
    assert course.people("waiting") == waiting[8:]
    assert course.taken == 8


def test_nobody_waits_while_a_seat_is_free_however_people_come_and_go(api: Api):
    course = Course(seats=4, waiting_list=True)
    people = crowd(24)
    at_once(course.enroll, people)

    def come_or_go(person: ObjectId) -> str:
        return course.withdraw(person) if random.random() < 0.6 else course.enroll(person)

    at_once(come_or_go, people * 2)
    active, waiting = course.rows("active"), course.rows("waiting")
    assert course.taken == len(active) <= 4
    assert not waiting or len(active) == 4
    assert len(active) + len(waiting) + len(course.rows("withdrawn")) == len(people)
