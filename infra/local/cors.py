"""Cross-origin answers, given by the gateway itself from x-amazon-apigateway-cors; functions take no part."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any


@dataclass(frozen=True)
class Cors:
    """The API's CORS configuration; an origin may be `*`, or have a wildcard (`https://*`)."""

    origins: Sequence[str]
    methods: Sequence[str]
    headers: Sequence[str]
    exposed: Sequence[str]
    credentials: bool
    max_age: int | None

    @classmethod
    def read(cls, settings: Mapping[str, Any]) -> "Cors":
        """From the x-amazon-apigateway-cors object."""
        return cls(
            origins=settings.get("allowOrigins", ()),
            methods=settings.get("allowMethods", ()),
            headers=settings.get("allowHeaders", ()),
            exposed=settings.get("exposeHeaders", ()),
            credentials=settings.get("allowCredentials", False),
            max_age=settings.get("maxAge"),
        )

    def preflight(self, origin: str) -> dict[str, str]:
        """The headers of the answer to a preflight request; none for an origin that is not allowed."""
        allowed = self.simple(origin)
        if not allowed:
            return {}
        if self.methods:
            allowed["access-control-allow-methods"] = ",".join(self.methods)
        if self.headers:
            allowed["access-control-allow-headers"] = ",".join(self.headers)
        if self.max_age is not None:
            allowed["access-control-max-age"] = str(self.max_age)
        return allowed

    def simple(self, origin: str) -> dict[str, str]:
        """The headers that any answer to a request from `origin` gets."""
        if "*" in self.origins:
            allowed = {"access-control-allow-origin": "*"}
        elif any(fnmatchcase(origin, pattern) for pattern in self.origins):
            allowed = {"access-control-allow-origin": origin, "vary": "Origin"}
        else:
            return {}
        if self.credentials:
            allowed["access-control-allow-credentials"] = "true"
        if self.exposed:
            allowed["access-control-expose-headers"] = ",".join(self.exposed)
        return allowed
