"""What the environment says, checked once.

Plain tuples: a model with a field for each variable would take every cold start five milliseconds.
"""

import json
import os
import re
import sys
from collections.abc import Callable, Mapping
from functools import cache
from typing import Annotated, Any, NamedTuple, Self

from pydantic import SecretStr


class KeyRing(NamedTuple):
    """HS256 keys by ``kid``. Old keys stay while tokens signed with them may live; ``current`` signs."""

    current: str
    keys: Mapping[str, SecretStr]

    @classmethod
    def read(cls, text: str) -> Self:
        """From JSON. Raise ValueError, which quotes nothing of it, where it would sign nothing, or not safely."""
        match _json(text):
            case {"current": str(current), "keys": dict(keys)}:
                _require_safe(current, keys)
                return cls(current, {kid: SecretStr(key) for kid, key in keys.items()})
        raise ValueError('must be JSON of {"current": kid, "keys": {kid: key}}')

    @property
    def signing_key(self) -> bytes:
        return self.keys[self.current].get_secret_value().encode()

    def key(self, kid: str) -> bytes | None:
        secret = self.keys.get(kid)
        return secret.get_secret_value().encode() if secret else None


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None


def _require_safe(current: str, keys: Mapping[str, Any]) -> None:
    # Without a dot, which divides the parts of a refresh token.
    if not all(re.fullmatch(r"[A-Za-z0-9_-]{1,64}", kid) for kid in keys):
        raise ValueError("holds a kid that does not match the pattern [A-Za-z0-9_-]{1,64}")
    if current not in keys:
        raise ValueError("holds no key for the current kid")
    if not all(isinstance(key, str) and len(key.encode()) >= 32 for key in keys.values()):
        raise ValueError("holds a key that is no text of at least 32 bytes (RFC 7518, section 3.2)")


def _between(least: int, most: int) -> Callable[[str], int]:
    def number(text: str) -> int:
        if not re.fullmatch("[0-9]{1,9}", text) or not least <= int(text) <= most:
            raise ValueError(f"must be a whole number from {least} to {most}")
        return int(text)

    return number


def _one_of(*words: str) -> Callable[[str], str]:
    def word(text: str) -> str:
        if text not in words:
            raise ValueError(f"must be one of {', '.join(words)}")
        return text

    return word


class Settings(NamedTuple):
    """One field per environment variable, in lower case. The type makes it of the variable's text, or the function
    in ``Annotated`` does, and raises ValueError without quoting it: keys and passwords are among what is given."""

    mongodb_uri: SecretStr = SecretStr("mongodb://127.0.0.1:27017/?replicaSet=rs0")
    mongodb_database: str = "lms"
    jwt_keys: Annotated[KeyRing | None, KeyRing.read] = None
    jwt_issuer: str = "lms"
    jwt_audience: str = "lms-api"
    access_token_minutes: Annotated[int, _between(1, 60)] = 15
    refresh_token_days: Annotated[int, _between(1, 365)] = 30
    refresh_grace_seconds: Annotated[int, _between(0, 300)] = 30
    bcrypt_cost: Annotated[int, _between(4, 16)] = 12
    password_min_length: Annotated[int, _between(8, 64)] = 12
    events_queue_url: str = ""
    ai_queue_url: str = ""
    work_queue_url: str = ""
    similarity_queue_url: str = ""
    grading_queue_url: str = ""
    file_checks_queue_url: str = ""
    extraction_queue_url: str = ""
    connections_table: str = ""
    circuit_table: str = ""
    files_bucket: str = ""
    files_user_megabytes: Annotated[int, _between(1, 999_999_999)] = 2048
    files_course_megabytes: Annotated[int, _between(1, 999_999_999)] = 20480
    malware_scan: Annotated[str, _one_of("off", "guardduty")] = "off"
    websocket_endpoint: str = ""
    websocket_url: str = ""
    api_url: str = ""
    gemini_api_key_parameter: str = ""
    gemini_model: str = "gemini-3.5-flash-lite"
    gemini_base_url: str = ""
    ai_retry_base_seconds: Annotated[int, _between(0, 60)] = 2
    ai_step_attempts: Annotated[int, _between(1, 100)] = 8
    ai_step_lease_seconds: Annotated[int, _between(1, 900)] = 120


def read(environment: Mapping[str, str]) -> Settings:
    """What is absent or empty has its default. Raise ValueError, which names the variable, for what is wrong."""
    found = {}
    for name, kind in Settings.__annotations__.items():
        variable = name.upper()
        if text := environment.get(variable):
            make = getattr(kind, "__metadata__", [kind])[0]
            try:
                found[name] = make(text)
            except ValueError as wrong:
                raise ValueError(f"{variable} {wrong}") from None
    return Settings(**found)


@cache
def settings() -> Settings:
    return read(os.environ)


def environment_apart() -> dict[str, str]:
    """What a process of its own needs of the environment to start, without this one's keys and addresses."""
    libraries = os.environ.get("LD_LIBRARY_PATH", "")
    return {"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "LD_LIBRARY_PATH": libraries}


def key_ring() -> KeyRing:
    keys = settings().jwt_keys
    if keys is None:
        raise RuntimeError("JWT_KEYS is not set")
    return keys
