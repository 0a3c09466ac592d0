"""GET /users/me/reviews; PUT /reviews/{id}; GET /submissions/{id}/reviews; how reviews are allocated."""

from collections import Counter
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from bson import ObjectId

from lms import clock
from tests.at_once import endings, results
from tests.functions.assessments.assigned import new_rubric, put_groups
from tests.functions.assessments.reviewing import COMMENTS, do_all, look, received, reviewed, say, to_do
from tests.functions.assessments.submitting import file_of, handed_in, in_minutes
from tests.functions.assessments.test_grades import given, pointers, release
from tests.functions.assessments.test_submissions import assistant
from tests.functions.courses.authored import events_of
from tests.functions.courses.enrolled import Class, open_class
from tests.people import Api, Person


@pytest.fixture
def course(api: Api) -> Class:
    return open_class(api)


def a_class(course: Class, path: str, number: int) -> tuple[list[Person], list[str]]:
    """Learners who have handed in, and the ids of what."""
    people = [course.learner() for _ in range(number)]
    return people, [handed_in(each, path, text=f"Text of {each.id[-6:]}")["id"] for each in people]


def stored(path: str, **wanted: Any) -> list[dict[str, Any]]:
    from lms.reviews.repository import reviews

    return list(reviews().find({"assignment_id": ObjectId(path.rpartition("/")[2]), **wanted}))


def test_each_reviews_as_many_as_the_assignment_says_and_never_the_own(course: Class):
    path = reviewed(course, due_at=in_minutes(5))
    people, works = a_class(course, path, 4)
    look(path)
    assert not any(map(to_do, people)), "before the due date"
    assert received(course.owner, works[0])["short"] == 0, "none is due yet"
    assert course.owner.patch(path, {"published": False}).status == 200
    look(path, days=1)
    assert stored(path) == [], "not published"
    assert course.owner.patch(path, {"published": True}).status == 200
    look(path, days=1)
    for person, work in zip(people, works, strict=True):
        own = person.get(f"/submissions/{work}").json["text"]
        rows = to_do(person)
        assert [row["state"] for row in rows] == ["open"] * 2
        assert own not in [row["work"]["text"] for row in rows]
    assert Counter(str(each["submission_id"]) for each in stored(path)) == dict.fromkeys(works, 2)
    first = to_do(people[0])[0]
    [event] = events_of(first["id"])
    assert (event["type"], str(event["data"]["reviewer_id"])) == ("review.assigned", people[0].id)


def test_it_is_allocated_once_by_however_many_looks_at_once(course: Class):
    from lms.assignments.repository import assignments
    from lms.reviews import rounds

    path = reviewed(course)
    a_class(course, path, 5)
    mine, now = {"_id": ObjectId(path.rpartition("/")[2])}, clock.now()
    assignments().update_one(mine, {"$set": {"reviews_at": now - timedelta(days=1000)}})
    results(*[partial(rounds.look, now, 1)] * 4)
    assert len(stored(path)) == 10
    look(path)
    assert len(stored(path)) == 10


def test_what_breaks_off_leaves_nothing_and_is_done_the_next_time(course: Class):
    from lms import mongo
    from lms.assignments.repository import assignments
    from lms.reviews import rounds

    path = reviewed(course)
    a_class(course, path, 3)
    row = assignments().find_one({"_id": ObjectId(path.rpartition("/")[2])})
    assert row

    def killed(tx: mongo.Transaction) -> None:
        rounds._look(tx, row, clock.now())
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        mongo.transaction(killed)
    assert stored(path) == []
    look(path)
    assert len(stored(path)) == 6


def test_who_hands_in_late_joins(course: Class):
    path = reviewed(course)
    a_class(course, path, 4)
    look(path)
    before = {each["_id"] for each in stored(path)}
    [late], [work] = a_class(course, path, 1)
    look(path, days=0.5)
    after = stored(path)
    assert before < {each["_id"] for each in after} and len(to_do(late)) == 2
    assert sum(str(each["submission_id"]) == work for each in after) == 2
    assert max(Counter(each["reviewer_id"] for each in after).values()) == 3


def test_groups_review_each_others_work_and_nobody_the_own_groups(course: Class):
    groups = [[course.learner() for _ in range(2)] for _ in range(3)]
    path = reviewed(course, group_set_id=put_groups(course, *groups)["id"])
    works = {handed_in(first, path, text=first.id)["id"]: {first.id, second.id} for first, second in groups}
    look(path)
    rows = stored(path)
    assert not [each for each in rows if str(each["reviewer_id"]) in works[str(each["submission_id"])]]
    assert set(Counter(each["reviewer_id"] for each in rows).values()) == {2}
    assert set(Counter(each["submission_id"] for each in rows).values()) == {4}


def test_neither_names_nor_ids_of_authors_reach_reviewers(course: Class):
    path = reviewed(course, takes=["text", "files"], peer_reviews={**COMMENTS, "count": 1})
    author, other = course.learner(), course.learner()
    file_id = file_of(author, course)
    work = handed_in(author, path, text="x", file_ids=[file_id])["id"]
    handed_in(other, path, text="y")
    assert other.get(f"/files/{file_id}").status == 404
    look(path)
    answer = other.get("/users/me/reviews")
    [row] = answer.json["items"]
    [file] = row["work"]["files"]
    assert (file["id"], file["name"]) == (file_id, f"work-{file_id[-6:]}.txt")
    shown = other.get(f"/files/{file_id}")
    assert (shown.status, shown.json["name"]) == (200, file["name"])
    download = other.get(f"/files/{file_id}/download")
    assert download.status == 200
    for text in (answer.text, shown.text, download.text):
        assert author.id not in text and "Ada" not in text
    assert other.get(f"/submissions/{work}").status == 404
    assert other.get(f"/submissions/{work}/reviews").status == 404
    look(path, days=8)
    assert other.get(f"/files/{file_id}").status == 404, "missed"
    assert [row["work"] for row in to_do(other) if row["state"] == "missed"] == [None]


def test_a_review_follows_the_rubric_that_the_work_was_handed_in_under(course: Class):
    rubric = new_rubric(course)
    along = {**COMMENTS, "count": 1, "criteria": "rubric"}
    path = reviewed(course, rubric_id=rubric["id"], peer_reviews=along)
    (ada, ben), (work, _) = a_class(course, path, 2)
    assert course.owner.patch(f"/rubrics/{rubric['id']}", {"criteria": rubric["criteria"][:1]}).status == 200
    look(path)
    [review] = to_do(ben)
    assert (review["rubric"]["version"], len(review["rubric"]["criteria"])) == (1, 2)
    argument, style = ({"criterion_id": each["id"]} for each in rubric["criteria"])
    assert pointers(say(ben, review)) == ["/criteria"]
    assert pointers(say(ben, review, criteria=[{**argument, "points": 3}])) == ["/criteria"]
    both = [{**argument, "points": 9}, {**style, "points": 0}]
    assert pointers(say(ben, review, criteria=both)) == ["/criteria/0/points"]
    done = say(ben, review, criteria=[{**argument, "points": 3, "comment": "Sound"}, {**style, "points": 0}])
    assert (done.status, done.json["state"], done.json["criteria"][0]["points"]) == (200, "done", 3)
    assert ada.put(f"/reviews/{review['id']}", {"comment": "x"}, headers={"If-Match": '"2"'}).status == 404
    assert ben.put(f"/reviews/{review['id']}", {"comment": "x"}).status == 428
    seen = received(course.owner, work)
    assert [(each["points"], each["reviews"]) for each in seen["medians"]] == [(3, 1), (0, 1)]
    assert [each["type"] for each in events_of(review["id"])] == ["review.assigned", "review.done"]
    grade = course.owner.get(f"{path}/grades/{ada.id}").json
    assert grade["version"] == 0, "reviews never change a grade"


def test_a_review_may_change_until_it_is_due(course: Class):
    from lms.reviews.repository import reviews

    path = reviewed(course, peer_reviews={**COMMENTS, "count": 1})
    (ada, _), _ = a_class(course, path, 2)
    look(path)
    [review] = to_do(ada)
    assert pointers(say(ada, review, comment=" ")) == ["/comment"]
    done = say(ada, review).json
    changed = say(ada, done, comment="Better.")
    assert (changed.status, changed.json["comment"], changed.json["version"]) == (200, "Better.", 3)
    reviews().update_one({"_id": ObjectId(review["id"])}, {"$set": {"due_at": clock.now()}})
    late = say(ada, changed.json)
    assert (late.status, late.json["code"]) == (409, "REVIEW_OVER")


def test_of_a_review_that_is_said_twice_at_once_one_stands(course: Class):
    from lms.caller import Caller
    from lms.courses.access import enter_through
    from lms.permissions import Role
    from lms.reviews import mine
    from lms.reviews.models.review import GivenReview
    from lms.reviews.repository import reviews

    path = reviewed(course)
    (ada, *_), _ = a_class(course, path, 3)
    look(path)
    review = to_do(ada)[0]
    who = Caller(ObjectId(ada.id), Role.STUDENT, ObjectId())
    access = enter_through(reviews, who, ObjectId(review["id"]), "review.give")
    calls = [partial(mine.save, access, GivenReview(comment=f"{n}"), 1) for n in range(4)]
    assert sorted(endings(*calls)) == ["STALE_ETAG"] * 3 + ["ok"]
    assert [each["type"] for each in events_of(review["id"])].count("review.done") == 1


def test_who_has_done_theirs_replaces_who_has_not(course: Class):
    path = reviewed(course, peer_reviews={**COMMENTS, "count": 1})
    people, works = a_class(course, path, 5)
    look(path)
    lazy, *diligent = people
    for each in diligent:
        do_all(each)
    [lost] = stored(path, reviewer_id=ObjectId(lazy.id))
    look(path, days=8)
    look(path, days=8.5)
    [stand_in] = stored(path, replaces=lost["_id"])
    assert str(stand_in["reviewer_id"]) in {each.id for each in diligent}
    assert stand_in["holder_id"] not in (stand_in["reviewer_id"], ObjectId(lazy.id))
    assert abs(stand_in["due_at"] - clock.now() - timedelta(days=15)) < timedelta(minutes=1)
    assert [row["state"] for row in to_do(lazy)] == ["missed"]
    assert events_of(str(lost["_id"]))[-1]["type"] == "review.missed"
    seen = received(course.owner, str(lost["submission_id"]))
    assert sorted(each["state"] for each in seen["items"]) == ["missed", "open"]
    assert ({each["reviewer"]["user_id"] for each in seen["items"]}, seen["short"]) == (
        {lazy.id, str(stand_in["reviewer_id"])},
        0,
    )
    assert len(works) == len(stored(path)) - 1


def test_who_leaves_is_replaced_at_once_and_staff_see_where_nobody_is_left(course: Class):
    path = reviewed(course, peer_reviews={**COMMENTS, "count": 1})
    people, _ = a_class(course, path, 3)
    look(path)
    gone, *rest = people
    [lost] = stored(path, reviewer_id=ObjectId(gone.id))
    course.leave(gone)
    look(path)
    assert to_do(gone) == []
    assert course.join(gone).status in (200, 201)
    missed = say(gone, {"id": str(lost["_id"]), "version": 2})
    assert (missed.status, missed.json["code"]) == (409, "REVIEW_OVER"), "not due yet, but given up"
    course.leave(gone)
    work = str(lost["submission_id"])
    assert received(course.owner, work)["short"] == 1, "nobody has done theirs yet"
    for each in rest:
        do_all(each)
    look(path)
    author = str(lost["holder_id"])
    [stand_in] = stored(path, replaces=lost["_id"])
    assert str(stand_in["reviewer_id"]) in {each.id for each in rest} - {author}
    assert received(course.owner, work)["short"] == 0


def test_who_left_before_reviews_began_neither_gives_nor_gets_one(course: Class):
    path = reviewed(course, peer_reviews={**COMMENTS, "count": 1})
    (gone, *_), _ = a_class(course, path, 4)
    course.leave(gone)
    look(path)
    rows = stored(path)
    assert len(rows) == 3
    assert ObjectId(gone.id) not in {each[name] for each in rows for name in ("reviewer_id", "holder_id")}


def test_who_has_days_more_has_them_for_a_review_too(course: Class):
    path = reviewed(course, peer_reviews={**COMMENTS, "count": 1})
    (ada, ben), _ = a_class(course, path, 2)
    more = {"accommodations": {"time_factor": 1.0, "extra_days": 3}}
    assert course.owner.patch(f"{course.enrollments}/{ada.id}", more).status == 200
    look(path)
    [hers], [his] = (stored(path, reviewer_id=ObjectId(each.id)) for each in (ada, ben))
    assert hers["due_at"] - his["due_at"] == timedelta(days=3)


def test_work_from_before_there_was_a_rubric_is_reviewed_by_the_one_that_stands(course: Class):
    path = reviewed(course)
    (ada, _), _ = a_class(course, path, 2)
    along = {**COMMENTS, "count": 1, "criteria": "rubric"}
    rubric = new_rubric(course)
    assert course.owner.patch(path, {"rubric_id": rubric["id"], "peer_reviews": along}).status == 200
    look(path)
    [review] = to_do(ada)
    assert (review["rubric"]["id"], review["rubric"]["version"]) == (rubric["id"], 1)


def test_a_stand_in_reviews_what_the_missing_one_had(course: Class):
    path = reviewed(course, peer_reviews={**COMMENTS, "count": 1}, closes_at=in_minutes(60))
    people, _ = a_class(course, path, 4)
    look(path)
    lazy, *diligent = people
    for each in diligent:
        do_all(each)
    [lost] = stored(path, reviewer_id=ObjectId(lazy.id))
    [author] = [each for each in diligent if each.id == str(lost["holder_id"])]
    newer = handed_in(author, path, text="Again")["id"]
    look(path, days=8)
    [stand_in] = stored(path, replaces=lost["_id"])
    assert str(stand_in["submission_id"]) == str(lost["submission_id"]) != newer


def test_reviews_are_looked_at_again_soon_and_no_more_once_all_is_released(course: Class):
    from lms.assignments.repository import assignments

    def again() -> Any:
        row = assignments().find_one({"_id": ObjectId(path.rpartition("/")[2])})
        return row and row["reviews_at"]

    path = reviewed(course, peer_reviews={**COMMENTS, "count": 1})
    people, _ = a_class(course, path, 2)
    look(path)
    assert clock.now() < again() <= clock.now() + timedelta(minutes=10)
    for each in people:
        do_all(each)
    release(course.owner, path)
    look(path)
    assert again() is None


def test_of_a_deleted_assignment_nothing_is_left_to_do(course: Class):
    path = reviewed(course)
    (ada, *_), _ = a_class(course, path, 3)
    look(path)
    do_all(ada)
    assert course.owner.delete(path).status == 204
    look(path)
    assert sorted(each["state"] for each in stored(path)) == ["done"] * 2 + ["missed"] * 4
    assert stored(path, replaces={"$ne": None}) == []


def test_authors_read_what_is_said_once_their_grade_is_released(course: Class):
    path = reviewed(course, peer_reviews={**COMMENTS, "count": 1})
    (ada, ben), (work, other) = a_class(course, path, 2)
    look(path)
    do_all(ben)
    given(course.owner, path, ada.id, points=5)
    assert received(ada, work)["items"] == []
    release(course.owner, path, ada.id)
    answer = ada.get(f"/submissions/{work}/reviews")
    [seen] = answer.json["items"]
    assert (seen["comment"], seen["reviewer"], seen["done_at"]) == ("Good.", None, None)
    assert (answer.json["short"], answer.json["medians"]) == (None, None)
    assert ben.id not in answer.text
    release(course.owner, path)
    assert received(ben, other)["items"] == [], "not done yet"
    do_all(ada)
    assert len(received(ben, other)["items"]) == 1, "without a grade, once all are released"


def test_blind_staff_see_reviewers_by_pseudonyms_and_assistants_their_cohorts(course: Class):
    path = reviewed(course, blind=True, peer_reviews={**COMMENTS, "count": 1})
    (_, ben), (work, _) = a_class(course, path, 2)
    look(path)
    answer = course.owner.get(f"/submissions/{work}/reviews")
    [row] = answer.json["items"]
    assert row["reviewer"]["name"] is None and ben.id not in answer.text
    helper = assistant(course, course.cohort())
    assert helper.get(f"/submissions/{work}/reviews").status == 404
    release(course.owner, path)
    assert received(course.owner, work)["items"][0]["reviewer"]["user_id"] == ben.id


def test_pages_come_with_what_is_to_be_done_first(course: Class):
    path = reviewed(course)
    people, works = a_class(course, path, 3)
    look(path)
    person = people[0]
    first, second = to_do(person)
    assert say(person, first).status == 200
    page = person.get("/users/me/reviews?limit=1").json
    rest = person.get(f"/users/me/reviews?limit=1&cursor={page['next_cursor']}").json
    found = [(row["id"], row["state"]) for row in page["items"] + rest["items"]]
    assert found == [(second["id"], "open"), (first["id"], "done")] and rest["next_cursor"] is None
    assert person.get("/users/me/reviews?cursor=e30").status == 422
    page = course.owner.get(f"/submissions/{works[0]}/reviews?limit=1").json
    rest = course.owner.get(f"/submissions/{works[0]}/reviews?limit=1&cursor={page['next_cursor']}").json
    assert len({row["id"] for row in page["items"] + rest["items"]}) == 2 and rest["next_cursor"] is None
