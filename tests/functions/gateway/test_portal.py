"""The portal: its documents, its pages, and how they look in a browser on a phone."""

import base64
import html
import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route

from infra.local.stack import Stack
from lms.gateway import asyncapi
from lms.gateway.portal import ROUTES
from lms.gateway.reference import reference
from tests.conftest import LambdaContext

PHONE, DESKTOP = {"width": 390, "height": 844}, {"width": 1280, "height": 900}


@dataclass(frozen=True)
class Got:
    status: int
    headers: dict[str, str]
    text: str


def get(path: str, **headers: str) -> Got:
    from gateway.portal import lambda_handler

    event = {
        "version": "2.0",
        "routeKey": f"GET {path}",
        "rawPath": path,
        "rawQueryString": "",
        "headers": {"host": "api.example.org", "x-forwarded-proto": "https", **headers},
        "requestContext": {"http": {"method": "GET", "path": path, "sourceIp": "127.0.0.1"}, "stage": "$default"},
        "isBase64Encoded": False,
    }
    answer: dict[str, Any] = lambda_handler(event, LambdaContext())
    body = base64.b64decode(answer["body"]).decode() if answer["isBase64Encoded"] else answer["body"]
    return Got(answer["statusCode"], answer["headers"], body)


@pytest.fixture(scope="session")
def portal(ground: Stack) -> dict[str, Got]:
    """Every page, as the function answers it."""
    return {path: get(path) for path in ROUTES}


def test_every_route_answers(portal: dict[str, Got]) -> None:
    assert {path: got.status for path, got in portal.items()} == dict.fromkeys(ROUTES, 200)
    assert {path: got.headers["content-type"] for path, got in portal.items()} == {
        "/openapi.json": "application/json",
        "/asyncapi.json": "application/json",
        "/docs": "text/html; charset=utf-8",
        "/similarity": "text/html; charset=utf-8",
        "/status": "text/html; charset=utf-8",
    }
    assert all(got.headers["x-content-type-options"] == "nosniff" for got in portal.values())


def test_a_final_slash_changes_nothing_and_another_path_is_not_there(ground: Stack) -> None:
    assert get("/docs/").status == 200
    assert get("/docs/../secrets").status == 404


def test_the_documents_are_the_contract(portal: dict[str, Got]) -> None:
    assert json.loads(portal["/openapi.json"].text)["openapi"] == "3.1.0"
    assert json.loads(portal["/asyncapi.json"].text) == asyncapi.document()


@pytest.mark.parametrize("path", ["/openapi.json", "/asyncapi.json", "/docs", "/similarity"])
def test_who_has_a_document_is_told_so(portal: dict[str, Got], path: str) -> None:
    tag = portal[path].headers["etag"]
    again = get(path, **{"if-none-match": f'"other", W/{tag}'})
    assert (again.status, again.text, again.headers["etag"]) == (304, "", tag)
    assert "max-age" in portal[path].headers["cache-control"]
    assert get(path, **{"if-none-match": '"other"'}).status == 200


def test_the_state_is_never_kept(portal: dict[str, Got]) -> None:
    assert portal["/status"].headers["cache-control"] == "no-store"


def test_pages_load_nothing_from_elsewhere(portal: dict[str, Got]) -> None:
    for path in ("/docs", "/similarity", "/status"):
        assert not re.search(r"""(src|href)=["'](https?:)?//""", portal[path].text)
        assert "default-src 'none'" in portal[path].headers["content-security-policy"]
        assert "unsafe" not in portal[path].headers["content-security-policy"]


def test_the_reference_holds_every_operation_with_its_sample(portal: dict[str, Got]) -> None:
    paths = json.loads(portal["/openapi.json"].text)["paths"]
    operations = [(method.upper(), path) for path, item in paths.items() for method in item]
    samples = re.findall(r'curl -X ([A-Z]+) "([^"]+)"', html.unescape(portal["/docs"].text))
    wanted = {(method, re.sub(r"{(\w+)}", lambda name: f"${name[1].upper()}", path)) for method, path in operations}
    base = os.environ["API_URL"]
    assert {(method, url.removeprefix(base).partition("?")[0]) for method, url in samples} == wanted
    assert len(samples) == len(operations)
    assert ("GET", f"{base}/courses/$ID/questions/export?format=moodle_xml") in samples


def test_what_the_contract_holds_is_text_and_never_markup() -> None:
    nasty = "<script>alert(1)</script>\"'&{{"
    schema = {"type": "object", "properties": {nasty: {"type": "string", "description": nasty, "default": nasty}}}
    operation = {
        "operationId": nasty,
        "summary": nasty,
        "description": nasty,
        "tags": [nasty],
        "parameters": [{"name": nasty, "in": "query", "schema": {"type": "string"}, "description": nasty}],
        "requestBody": {"content": {"application/json": {"schema": {**schema, "required": [nasty]}}}},
        "responses": {"200": {"description": nasty, "content": {"application/json": {"schema": schema}}}},
    }
    document = {
        "info": {"title": nasty, "version": nasty, "description": nasty},
        "paths": {f"/{nasty}": {"post": operation}},
    }
    assert "<script>alert" not in reference(document, f"https://{nasty}").html


def test_a_schema_that_holds_itself_comes_to_an_end() -> None:
    children = {"type": "array", "items": {"$ref": "#/components/schemas/T"}}
    operation = {
        "responses": {
            "200": {
                "description": "",
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/T"}}},
            }
        }
    }
    document = {
        "info": {"title": "t", "version": "1"},
        "paths": {"/t": {"get": operation}},
        "components": {"schemas": {"T": {"type": "object", "properties": {"children": children}}}},
    }
    assert "children[].children" in reference(document, "").html


@pytest.fixture
def screens(browser: Browser, portal: dict[str, Got]) -> Iterator[Any]:
    """Open a path at a size; whatever the browser complains about fails the test."""
    complaints: list[str] = []
    contexts = []

    def answer(route: Route) -> None:
        got = portal.get("/" + route.request.url.split("/", 3)[3].partition("#")[0])
        if got is None:
            route.abort()
            complaints.append(route.request.url)
        else:
            route.fulfill(status=got.status, headers=got.headers, body=got.text)

    def open_page(path: str, size: dict[str, int], **options: Any) -> Page:
        context = browser.new_context(viewport=size, **options)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.route("**/*", answer)
        page.goto(f"https://api.example.org{path}")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
@pytest.mark.parametrize("path", ["/docs", "/similarity", "/status"])
def test_no_page_scrolls_sideways(screens: Any, path: str, size: dict[str, int]) -> None:
    page = screens(path, size)
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]


def test_the_search_leaves_what_was_asked_for(screens: Any) -> None:
    page = screens("/docs", PHONE)
    page.get_by_label("Find an operation").fill("post login")
    assert page.locator("main details:visible").count() == 1
    assert page.locator("main section:visible").count() == 1
    assert page.locator("output").inner_text().startswith("1 of ")
    page.get_by_label("Find an operation").fill("")
    assert page.locator("main details:visible").count() == page.locator("main details").count()


def test_a_link_to_an_operation_opens_it(screens: Any) -> None:
    page = screens("/docs#login", PHONE)
    assert page.locator("#login").get_attribute("open") is not None
    assert page.locator("#login h4").first.is_visible()


def test_a_sample_is_copied(screens: Any) -> None:
    page = screens("/docs#login", PHONE, permissions=["clipboard-read", "clipboard-write"])
    page.locator("#login").get_by_role("button", name="Copy").click()
    page.locator("#login").get_by_role("button", name="Copied").wait_for()
    assert page.evaluate("navigator.clipboard.readText()").startswith("curl -X POST")


def test_the_dark_page_is_dark(screens: Any) -> None:
    def brightness(scheme: str) -> int:
        page = screens("/docs", PHONE, color_scheme=scheme)
        colour = page.evaluate("getComputedStyle(document.body).backgroundColor")
        return sum(int(part) for part in re.findall(r"\d+", colour)[:3])

    assert brightness("light") > 600 > 150 > brightness("dark")


def test_no_two_elements_share_an_id(screens: Any) -> None:
    ids = screens("/docs", PHONE).evaluate("[...document.querySelectorAll('[id]')].map((each) => each.id)")
    assert len(ids) == len(set(ids))
