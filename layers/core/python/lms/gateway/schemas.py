"""JSON schemas of an OpenAPI document, flattened for a reader: one row per field, and a sample value."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Json = Mapping[str, Any]

_DEEPEST = 4
_RANGES = (
    ("minimum", "maximum", ""),
    ("minLength", "maxLength", " characters"),
    ("minItems", "maxItems", " items"),
)
_SAMPLES: Mapping[str, Any] = {
    "audience": "beginners",
    "email": "user@example.com",
    "language": "en",
    "lesson_count": 15,
    "name": "User Name",
    "password": "securepassword",
    "title": "Introduction to Python",
    "topic": "Machine Learning",
}
_SAMPLES_BY_FORMAT = {"date-time": "2026-01-31T09:00:00.000Z", "date": "2026-01-31", "uri": "https://example.org/"}


@dataclass(frozen=True)
class Field:
    """``path`` as in ``modules[].title``; ``kind`` in words; ``limits`` as short phrases."""

    path: str
    kind: str
    required: bool
    limits: tuple[str, ...]
    description: str


class Schemas:
    """Reads the schemas of one document, whose references it follows."""

    def __init__(self, document: Json) -> None:
        self._document = document

    def resolve(self, node: Json) -> Json:
        """What a reference stands for, wherever in the document."""
        while "$ref" in node:
            target: Any = self._document
            for step in node["$ref"].removeprefix("#/").split("/"):
                target = target[step]
            node = target
        return node

    def fields(self, schema: Json, path: str = "", depth: int = 0) -> Iterator[Field]:
        """The fields of an object, of an array's objects, and of each shape that a value may have."""
        schema = self.resolve(schema)
        if "items" in schema:
            yield from self.fields(schema["items"], f"{path}[]", depth)
        for shape in self._shapes(schema):
            yield from self.fields(shape, path, depth)
        required = schema.get("required", ())
        for name, inner in schema.get("properties", {}).items():
            place = f"{path}.{name}" if path else name
            yield self._field(place, inner, name in required)
            if depth < _DEEPEST:
                yield from self.fields(inner, place, depth + 1)

    def kind(self, schema: Json) -> str:
        """A schema's type in words."""
        resolved = self.resolve(schema)
        if "const" in resolved:
            return str(resolved["const"])
        if "enum" in resolved:
            return " | ".join(map(str, resolved["enum"]))
        if "anyOf" in resolved or "oneOf" in resolved:
            shapes = [*resolved.get("anyOf", ()), *resolved.get("oneOf", ())]
            return " or ".join(dict.fromkeys(map(self.kind, shapes)))
        if "items" in resolved:
            return f"array of {self.kind(resolved['items'])}"
        types = resolved.get("type", "any")
        name = " or ".join(types) if isinstance(types, list) else str(types)
        return f"{name} ({resolved['format']})" if "format" in resolved else name

    def sample(self, schema: Json, name: str = "") -> Any:
        """A value that a request could carry: of an object the required fields alone."""
        schema = self.resolve(schema)
        for given in ("example", "const", "default"):
            if given in schema:
                return schema[given]
        if examples := [*schema.get("examples", ()), *schema.get("enum", ())]:
            return examples[0]
        if shapes := [*schema.get("anyOf", ()), *schema.get("oneOf", ())]:
            return self.sample(shapes[0], name)
        if name in _SAMPLES:
            return _SAMPLES[name]
        match schema.get("type"):
            case "object":
                properties = schema.get("properties", {})
                wanted = schema.get("required") or list(properties)[:1]
                return {each: self.sample(properties[each], each) for each in wanted if each in properties}
            case "array":
                return [self.sample(schema.get("items", {}), name)]
            case "integer" | "number":
                return schema.get("minimum", 1)
            case "boolean":
                return True
        return _sample_text(schema, name)

    def _shapes(self, schema: Json) -> Iterator[Json]:
        for each in (*schema.get("allOf", ()), *schema.get("anyOf", ()), *schema.get("oneOf", ())):
            if self.resolve(each).get("type") != "null":
                yield each

    def _field(self, path: str, schema: Json, required: bool) -> Field:
        resolved = self.resolve(schema)
        shapes = [resolved, *map(self.resolve, self._shapes(resolved))]
        limits = [limit for shape in shapes for limit in _limits(shape)]
        description = schema.get("description") or resolved.get("description", "")
        return Field(path, self.kind(schema), required, tuple(dict.fromkeys(limits)), description)


def _limits(schema: Json) -> Iterator[str]:
    for lowest, highest, unit in _RANGES:
        least, most = schema.get(lowest), schema.get(highest)
        if least is not None and most is not None:
            yield f"{least:,}–{most:,}{unit}"
        elif least is not None:
            yield f"at least {least:,}{unit}"
        elif most is not None:
            yield f"at most {most:,}{unit}"
    if "pattern" in schema:
        yield f"matches {schema['pattern']}"
    if schema.get("default") not in (None, "", []):
        yield f"default {schema['default']}"


def _sample_text(schema: Json, name: str) -> str:
    if schema.get("pattern") == "^[0-9a-f]{24}$":
        return "0" * 24
    return str(_SAMPLES_BY_FORMAT.get(schema.get("format", "")) or name or "text")
