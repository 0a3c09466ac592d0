"""The page that shows what submissions have in common, in a browser, with the API behind it."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route

from lms.gateway.similarity_page import similarity_page
from tests.functions.assessments.assigned import new_assignment
from tests.functions.assessments.comparing import COMPARED, run, text
from tests.functions.assessments.submitting import file_of, handed_in
from tests.functions.courses.enrolled import Class, open_class
from tests.people import Api, Person
from tests.texts import receive

SITE = "https://api.example.org"
PHONE, DESKTOP = {"width": 390, "height": 844}, {"width": 1280, "height": 900}
SHARED = text(21, 60)
NASTY = "<script>document.title = 'taken'</script><img src=x onerror=\"document.title = 'taken'\">"
HIDDEN = "\U000e0049\U000e0067\u202e"


@pytest.fixture
def course(api: Api) -> Class:
    return open_class(api)


@pytest.fixture
def screens(browser: Browser, course: Class) -> Iterator[Any]:
    """Open the page at a place and a size; what it asks, the API answers; any complaint fails the test."""
    complaints: list[str] = []
    contexts = []

    def answer(route: Route) -> None:
        url = route.request.url
        if not url.startswith(SITE):
            complaints.append(url)
            route.abort()
        elif url == f"{SITE}/similarity":
            made = similarity_page()
            headers = {"content-type": "text/html; charset=utf-8", "content-security-policy": made.policy}
            route.fulfill(headers=headers, body=made.html)
        else:
            headers = {"authorization": route.request.headers["authorization"]}
            got = Person(course.owner.send).get(url.removeprefix(SITE), headers=headers)
            route.fulfill(status=got.status, content_type=got.headers["content-type"], body=got.body)

    def open_page(place: str, size: dict[str, int], person: Person) -> Page:
        context = browser.new_context(viewport=size)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.route("**/*", answer)
        page.goto(f"{SITE}/similarity#{place}")
        page.get_by_label("Access token").fill(person.access_token)
        page.get_by_role("button", name="Show", exact=True).click()
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert [each for each in complaints if "status of 4" not in each] == []


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_a_grader_goes_from_the_pairs_to_the_matches_of_both_sides(
    course: Class, screens: Any, size: dict[str, int]
) -> None:
    path, people = new_assignment(course, **COMPARED), [course.learner(), course.learner()]
    # Emoji count as one character in the API and as two in the script's strings.
    source = f"\U0001f98a {text(20)}. {SHARED}. {text(22)}"
    handed_in(people[0], path, text=source)
    handed_in(people[1], path, text=f"{NASTY} {HIDDEN} {SHARED}. {text(23)}")
    run(course, path)
    page = screens(path, size, course.owner)
    page.get_by_role("link", name="% alike").click()
    panes = page.locator(".pane")
    panes.nth(1).wait_for()
    for pane in (panes.nth(0), panes.nth(1)):
        assert pane.locator("mark").all_inner_texts() == [SHARED]
    assert NASTY in panes.nth(1).inner_text() and "[3 unseen]" in panes.nth(1).inner_text()
    page.get_by_role("button", name="Next match").click()
    assert "1 of 1 match: the same words, 100 %" in page.locator(".steps output").inner_text()
    panes.nth(0).get_by_role("button", name="Match 1, the same words").click()
    assert page.evaluate("document.activeElement.closest('.pane').ariaLabel") == "Later submission"
    assert panes.nth(0).locator("mark.current").count() == 1
    assert panes.nth(0).evaluate(
        "(pane) => { const mark = pane.querySelector('mark').getBoundingClientRect(); "
        "const box = pane.getBoundingClientRect(); return mark.top < box.bottom && mark.bottom > box.top }"
    )
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    assert page.title() == "Similarity of submissions"
    page.get_by_role("link", name="All pairs of the assignment").click()
    page.get_by_role("heading", name="Pairs").wait_for()


def test_a_program_is_shown_with_its_lines_and_blind_by_pseudonyms(course: Class, screens: Any) -> None:
    code = "".join(f"def f{number}(x):\n    return x * {number} + {number}\n\n\n" for number in range(9))
    path = new_assignment(course, takes=["code"], language="python", blind=True, **COMPARED)
    people = [course.learner(), course.learner(), course.learner()]
    for person in people:
        made = handed_in(person, path, code=code + f"# {person.id[:5]}")
    run(course, path)
    page = screens(f"/submissions/{made['id']}", DESKTOP, course.owner)
    page.get_by_role("link", name="% alike").first.click()
    page.get_by_text("List of 1 match").click()
    assert page.get_by_text("lines 1–34 and 1–34").count() == 1
    assert not any(person.id in page.content() for person in people)
    page.get_by_role("link", name="All pairs of the assignment").click()
    page.get_by_role("heading", name="Groups").wait_for()


def test_the_text_of_a_file_is_shown_where_it_matches(course: Class, screens: Any) -> None:
    path = new_assignment(course, takes=["text", "files"], **COMPARED)
    handed_in(course.learner(), path, text=f"{text(40)}. {SHARED}")
    learner = course.learner()
    files = [file_of(learner, course, each.encode(), name=f"{each[:3]}.txt") for each in (text(41), SHARED)]
    for file_id in files:
        receive({"file_id": file_id})
    made = handed_in(learner, path, text=text(42), file_ids=[*files, file_of(learner, course, name="late.md")])
    run(course, path)
    page = screens(path, PHONE, course.owner)
    page.get_by_text("The file's text is still being read.").wait_for()
    page.get_by_role("link", name="% alike").click()
    pane = page.get_by_role("region", name="Later submission")
    pane.wait_for()
    assert pane.locator("mark").all_inner_texts() == [SHARED]
    assert pane.locator(".file").all_inner_texts() == [f"File {SHARED[:3]}.txt"]
    assert made["text"] in pane.inner_text() and text(41) not in pane.inner_text()


def test_who_may_not_see_is_told_so(course: Class, screens: Any) -> None:
    path = new_assignment(course, **COMPARED)
    page = screens(path, PHONE, course.learner())
    page.get_by_text("Only who grades in the course may see this.").wait_for()
    page.get_by_label("Access token").fill("nonsense")
    page.get_by_role("button", name="Show", exact=True).click()
    page.get_by_text("enter another one").wait_for()
