"""What the environment says, checked once."""

import os
import sys
from functools import cache
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, Json, SecretStr, StringConstraints, model_validator

Kid = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
"""A key's name: without a dot, which divides the parts of a refresh token."""


class KeyRing(BaseModel):
    """HS256 keys by ``kid``. Old keys stay while tokens signed with them may live; ``current`` signs."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    current: str
    keys: dict[Kid, SecretStr]

    @model_validator(mode="after")
    def _strong(self) -> Self:
        if self.current not in self.keys:
            raise ValueError("the current kid has no key")
        if any(len(key.get_secret_value().encode()) < 32 for key in self.keys.values()):
            raise ValueError("every key needs at least 32 bytes (RFC 7518, section 3.2)")
        return self

    @property
    def signing_key(self) -> bytes:
        return self.keys[self.current].get_secret_value().encode()

    def key(self, kid: str) -> bytes | None:
        secret = self.keys.get(kid)
        return secret.get_secret_value().encode() if secret else None


class Settings(BaseModel):
    """One field per environment variable, in lower case."""

    # What is wrong gets logged, and a key or a password of the database stands in what was given.
    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    mongodb_uri: SecretStr = SecretStr("mongodb://127.0.0.1:27017/?replicaSet=rs0")
    mongodb_database: str = "lms"
    jwt_keys: Json[KeyRing] | None = None
    jwt_issuer: str = "lms"
    jwt_audience: str = "lms-api"
    access_token_minutes: int = Field(default=15, ge=1, le=60)
    refresh_token_days: int = Field(default=30, ge=1, le=365)
    refresh_grace_seconds: int = Field(default=30, ge=0, le=300)
    bcrypt_cost: int = Field(default=12, ge=4, le=16)
    password_min_length: int = Field(default=12, ge=8, le=64)
    events_queue_url: str = ""
    ai_queue_url: str = ""
    work_queue_url: str = ""
    file_checks_queue_url: str = ""
    extraction_queue_url: str = ""
    connections_table: str = ""
    circuit_table: str = ""
    files_bucket: str = ""
    files_user_megabytes: int = Field(default=2048, ge=1)
    files_course_megabytes: int = Field(default=20480, ge=1)
    malware_scan: str = Field(default="off", pattern="^(off|guardduty)$")
    websocket_endpoint: str = ""
    websocket_url: str = ""
    api_url: str = ""
    gemini_api_key_parameter: str = ""
    gemini_model: str = "gemini-3.5-flash-lite"
    gemini_base_url: str = ""
    ai_retry_base_seconds: int = Field(default=2, ge=0, le=60)
    ai_step_attempts: int = Field(default=8, ge=1, le=100)
    ai_step_lease_seconds: int = Field(default=120, ge=1, le=900)


@cache
def settings() -> Settings:
    return Settings.model_validate({name.lower(): value for name, value in os.environ.items() if value})


def environment_apart() -> dict[str, str]:
    """What a process of its own needs of the environment to start, without this one's keys and addresses."""
    libraries = os.environ.get("LD_LIBRARY_PATH", "")
    return {"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "LD_LIBRARY_PATH": libraries}


def key_ring() -> KeyRing:
    keys = settings().jwt_keys
    if keys is None:
        raise RuntimeError("JWT_KEYS is not set")
    return keys
