"""Whether a new openapi.json still serves the clients of an old one: the contract grows by addition only."""

from collections.abc import Iterator
from typing import Any

Json = dict[str, Any]

_METHODS = {"get", "put", "post", "delete", "patch"}


def breaking_changes(old: Json, new: Json) -> list[str]:
    """One line for each change that could break a client of ``old``; none where only something was added."""
    return [
        f"{method.upper()} {path}: {change}"
        for path, item in old["paths"].items()
        for method in item.keys() & _METHODS
        for change in _Comparison(old, new).operation(item[method], new["paths"].get(path, {}).get(method))
    ]


class _Comparison:
    """Compares schemas of two documents, each reference resolved in its own."""

    def __init__(self, old: Json, new: Json) -> None:
        self._old = old
        self._new = new
        self._compared: set[tuple[str, str]] = set()

    def operation(self, old: Json, new: Json | None) -> Iterator[str]:
        if new is None:
            yield "is gone"
            return
        if not old.get("security") and new.get("security"):
            yield "needs a token now"
        yield from self._parameters(old, new)
        yield from self._request(old, new)
        for status in old["responses"]:
            if status < "300":
                yield from self._response(status, old, new)

    def _parameters(self, old: Json, new: Json) -> Iterator[str]:
        before = {self._key(self._in_old(each)): self._in_old(each) for each in old.get("parameters", ())}
        after = {self._key(self._in_new(each)): self._in_new(each) for each in new.get("parameters", ())}
        for key in before.keys() - after.keys():
            yield f"parameter {key} is gone"
        for key, parameter in after.items():
            if parameter.get("required") and not before.get(key, {}).get("required"):
                yield f"parameter {key} is required now"
            if key in before:
                yield from self._sent(f"parameter {key}", before[key]["schema"], parameter["schema"])

    @staticmethod
    def _key(parameter: Json) -> str:
        return f"{parameter['name']} in {parameter['in']}"

    def _request(self, old: Json, new: Json) -> Iterator[str]:
        before, after = _json_schema(old.get("requestBody", {})), _json_schema(new.get("requestBody", {}))
        if before is None:
            if new.get("requestBody", {}).get("required"):
                yield "a body is required now"
        elif after is None:
            yield "takes no body any more"
        else:
            yield from self._sent("body", before, after)

    def _response(self, status: str, old: Json, new: Json) -> Iterator[str]:
        if status not in new["responses"]:
            yield f"does not answer {status} any more"
            return
        before, after = _json_schema(old["responses"][status]), _json_schema(new["responses"][status])
        if before is not None and after is None:
            yield f"{status} has no body any more"
        elif before is not None and after is not None:
            yield from self._received(f"{status} body", before, after)

    def _sent(self, place: str, old: Json, new: Json) -> Iterator[str]:
        """What clients send: all that was taken must be taken."""
        for before, after in self._pair("sent", old, new):
            yield from _missing_types(place, before, after)
            if "enum" in after and not set(before.get("enum", [None])) <= set(after["enum"]):
                yield f"{place} takes fewer values"
            for name in set(after.get("required", ())) - set(before.get("required", ())):
                yield f"{place}/{name} is required now"
            for name, schema in before.get("properties", {}).items():
                if name in after.get("properties", {}):
                    yield from self._sent(f"{place}/{name}", schema, after["properties"][name])
                elif after.get("additionalProperties") is False:
                    yield f"{place}/{name} is refused now"
            yield from _tighter_limits(place, before, after)
            if "items" in before and "items" in after:
                yield from self._sent(f"{place}/*", before["items"], after["items"])

    def _received(self, place: str, old: Json, new: Json) -> Iterator[str]:
        """What clients receive: all that was promised must still come."""
        for before, after in self._pair("received", old, new):
            yield from _missing_types(place, after, before)
            for name, schema in before.get("properties", {}).items():
                if name not in after.get("properties", {}):
                    yield f"{place}/{name} is gone"
                    continue
                if name in before.get("required", ()) and name not in after.get("required", ()):
                    yield f"{place}/{name} may be missing now"
                yield from self._received(f"{place}/{name}", schema, after["properties"][name])
            if "items" in before and "items" in after:
                yield from self._received(f"{place}/*", before["items"], after["items"])

    def _pair(self, direction: str, old: Json, new: Json) -> Iterator[tuple[Json, Json]]:
        """Both schemas resolved, once for each pair of references: a schema may hold itself."""
        if "$ref" in old and "$ref" in new:
            names = (direction + old["$ref"], new["$ref"])
            if names in self._compared:
                return
            self._compared.add(names)
        before, after = self._in_old(old), self._in_new(new)
        yield before, after
        for one, other in zip(before.get("anyOf", ()), after.get("anyOf", ()), strict=False):
            yield from self._pair(direction, one, other)

    def _in_old(self, thing: Json) -> Json:
        return _resolved(self._old, thing)

    def _in_new(self, thing: Json) -> Json:
        return _resolved(self._new, thing)


def _resolved(document: Json, thing: Json) -> Json:
    while "$ref" in thing:
        here: Any = document
        for step in thing["$ref"].removeprefix("#/").split("/"):
            here = here[step]
        thing = here
    return thing


def _json_schema(holder: Json) -> Json | None:
    schema: Json | None = holder.get("content", {}).get("application/json", {}).get("schema")
    return schema


def _missing_types(place: str, promised: Json, kept: Json) -> Iterator[str]:
    promised_types, kept_types = _types(promised), _types(kept)
    if kept_types and (gone := promised_types - kept_types):
        yield f"{place}: {' or '.join(sorted(gone))} against {' or '.join(sorted(kept_types))}"


def _types(schema: Json) -> set[str]:
    if "anyOf" in schema:
        return {kind for each in schema["anyOf"] for kind in _types(each)}
    kind = schema.get("type", [])
    return {kind} if isinstance(kind, str) else set(kind)


def _tighter_limits(place: str, old: Json, new: Json) -> Iterator[str]:
    for name in ("maxLength", "maximum", "maxItems"):
        if name in new and new[name] < old.get(name, float("inf")):
            yield f"{place} has a lower {name}"
    for name in ("minLength", "minimum", "minItems"):
        if name in new and new[name] > old.get(name, float("-inf")):
            yield f"{place} has a higher {name}"
