"""The API reference: openapi.json as a page."""

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import escape

from markdown_it import MarkdownIt

from lms.gateway.page import Page, page
from lms.gateway.schemas import Field, Json, Schemas
from lms.permissions import ANYONE, GLOBAL, IN_COURSE, CourseRole, Role

_METHODS = ("get", "post", "put", "patch", "delete")

_markdown = MarkdownIt("commonmark", {"html": False})


@dataclass(frozen=True)
class _Operation:
    method: str
    path: str
    spec: Json

    @property
    def id(self) -> str:
        return str(self.spec.get("operationId") or f"{self.method}-{self.path.strip('/')}")

    @property
    def summary(self) -> str:
        return str(self.spec.get("summary", ""))

    @property
    def domain(self) -> str:
        return str(next(iter(self.spec.get("tags", ())), self.path.split("/")[1]))


def reference(document: Json, base_url: str) -> Page:
    """The page for an OpenAPI document; samples call ``base_url``."""
    schemas = Schemas(document)
    domains = _by_domain(document)
    title, version = document["info"]["title"], document["info"]["version"]
    sections = "\n".join(
        f'<section id="domain-{escape(name)}">\n<h2>{_heading(name)}</h2>\n'
        + "\n".join(_operation(each, schemas, base_url) for each in operations)
        + "\n</section>"
        for name, operations in domains.items()
    )
    links = "".join(f'<li><a href="#domain-{escape(name)}">{_heading(name)}</a></li>' for name in domains)
    body = f"""\
<header>
<h1>{escape(title)}</h1>
<p class="quiet">Version {escape(version)} · <a href="/openapi.json">openapi.json</a> ·
<a href="/asyncapi.json">asyncapi.json</a> (WebSocket) · <a href="/status">Status</a></p>
<form id="search" role="search" hidden>
<label for="words">Find an operation</label>
<input id="words" type="search" autocomplete="off" placeholder="e.g. post lesson">
<output for="words" class="quiet"></output>
</form>
<nav aria-label="Domains"><ul class="chips">{links}</ul></nav>
<details>
<summary><h2>Conventions</h2></summary>
<div class="operation">
{_markdown.render(document["info"].get("description", ""))}
</div>
</details>
</header>
<main id="content">
{sections}
</main>
<footer><p>Samples expect an access token from <code>POST /auth/login</code> in <code>$TOKEN</code>.</p></footer>"""
    return page(title, body, script="reference.js")


def _by_domain(document: Json) -> Mapping[str, list[_Operation]]:
    found: defaultdict[str, list[_Operation]] = defaultdict(list)
    for path, item in document["paths"].items():
        for method in _METHODS:
            if method in item:
                operation = _Operation(method, path, item[method])
                found[operation.domain].append(operation)
    return dict(sorted(found.items()))


def _heading(domain: str) -> str:
    return escape("AI" if domain == "ai" else domain.capitalize())


def _operation(operation: _Operation, schemas: Schemas, base_url: str) -> str:
    spec = operation.spec
    words = f"{operation.method} {operation.path} {operation.summary} {operation.domain}".lower()
    parameters = [schemas.resolve(each) for each in spec.get("parameters", ())]
    body = _json_schema(spec.get("requestBody", {}))
    parts = [
        _markdown.render(spec.get("description", "")),
        f"<p>Who may call: {escape(_who(spec))}</p>",
        _sample(operation, parameters, body, schemas, base_url),
        _table("Parameters", [_parameter(each, schemas) for each in parameters]),
        _table("Body", list(schemas.fields(body)) if body else []),
        *_responses(spec["responses"], schemas),
    ]
    return f"""\
<details id="{escape(operation.id)}" data-words="{escape(words)}">
<summary><h3><span class="method {operation.method}">{operation.method.upper()}</span>
<code>{escape(operation.path)}</code></h3>
<p>{escape(operation.summary)}</p></summary>
<div class="operation">
{"".join(parts)}
</div>
</details>"""


def _who(spec: Json) -> str:
    """From the permission table, by the permission that the operation names."""
    permission = spec.get("x-permission", "")
    if permission in IN_COURSE:
        return f"in the course: {', '.join(role for role in CourseRole if role in IN_COURSE[permission])}"
    if permission in GLOBAL and GLOBAL[permission] != ANYONE:
        return ", ".join(role for role in Role if role in GLOBAL[permission])
    return "anyone signed in" if spec.get("security") else "anyone, without a token"


def _json_schema(holder: Json) -> Json | None:
    schema: Json | None = holder.get("content", {}).get("application/json", {}).get("schema")
    return schema


def _parameter(parameter: Json, schemas: Schemas) -> Field:
    place = f"{parameter['name']} in {parameter['in']}"
    described = {**schemas.resolve(parameter["schema"]), "description": parameter.get("description", "")}
    [field] = schemas.fields(
        {"properties": {place: described}, "required": [place] * bool(parameter.get("required"))}
    )
    return field


def _table(caption: str, fields: list[Field]) -> str:
    if not fields:
        return ""
    rows = "\n".join(_row(field) for field in fields)
    return f"""\
<h4>{escape(caption)}</h4>
<table>
<thead><tr><th scope="col">Field</th><th scope="col">Meaning and limits</th></tr></thead>
<tbody>
{rows}
</tbody>
</table>"""


def _row(field: Field) -> str:
    required = " · required" if field.required else ""
    notes = [_markdown.render(field.description)] if field.description else []
    if field.limits:
        notes.append(f'<p class="quiet">{escape(", ".join(field.limits))}</p>')
    return (
        f'<tr><td><code>{escape(field.path)}</code><span class="kind">{escape(field.kind)}{required}</span></td>'
        f"<td>{''.join(notes)}</td></tr>"
    )


def _responses(responses: Json, schemas: Schemas) -> Iterator[str]:
    """What success holds, and one line for each refusal: their body is always a problem."""
    refusals = []
    for status, reference in responses.items():
        response = schemas.resolve(reference)
        if status >= "300":
            refusals.append(f"<tr><td>{escape(status)}</td><td>{escape(response.get('description', ''))}</td></tr>")
            continue
        yield f"<h4>{escape(status)} {escape(response.get('description', ''))}</h4>"
        if headers := ", ".join(response.get("headers", {})):
            yield f'<p class="quiet">Headers: {escape(headers)}</p>'
        if schema := _json_schema(response):
            yield _table("Answer", list(schemas.fields(schema)))
    if refusals:
        yield f"<h4>Otherwise</h4><table><tbody>{''.join(refusals)}</tbody></table>"


def _sample(
    operation: _Operation, parameters: list[Json], body: Json | None, schemas: Schemas, base_url: str
) -> str:
    """A call for a shell; path parameters are its variables."""
    path = re.sub(r"{(\w+)}", lambda name: f"${name[1].upper()}", operation.path)
    needed = [each for each in parameters if each["in"] == "query" and each.get("required")]
    query = "&".join(f"{each['name']}={each['schema'].get('enum', [''])[0]}" for each in needed)
    lines = [f'curl -X {operation.method.upper()} "{base_url}{path}{"?" if query else ""}{query}"']
    if operation.spec.get("security"):
        lines.append('-H "Authorization: Bearer $TOKEN"')
    if body:
        text = json.dumps(schemas.sample(body), indent=2, ensure_ascii=False)
        text = text.replace("'", r"'\''").replace("\n", "\n  ")
        lines += ['-H "Content-Type: application/json"', f"-d '{text}'"]
    command = escape(" \\\n  ".join(lines), quote=False)
    return f'<div class="sample"><pre tabindex="0" aria-label="Sample call"><code>{command}</code></pre></div>'
