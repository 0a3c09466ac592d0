"""Passwords: the rule for a new one, and its hash.

The prehash (HMAC-SHA-256 of the NFC form, in base64: 44 bytes) keeps any length and any Unicode inside bcrypt's
72 bytes without truncation or NUL, and its fixed key keeps hashes leaked elsewhere from being tried here.
"""

import base64
import hashlib
import hmac
import unicodedata
from functools import cache
from pathlib import Path

import bcrypt

from lms.config import settings
from lms.errors import Invalid

_PREHASH_KEY = b"lms password prehash 1"


def check_new(password: str, *, email: str, name: str) -> None:
    """Raise Invalid for a password that is too short, too common, or made of the person's own data."""
    folded = unicodedata.normalize("NFC", password).casefold()
    shortest = settings().password_min_length
    if len(folded) < shortest:
        refuse(f"needs at least {shortest} characters")
    if folded in _common():
        refuse("is among the commonest passwords")
    if len(set(folded)) < 4:
        refuse("repeats too few characters")
    if folded in {email.casefold(), email.split("@")[0].casefold(), name.casefold()}:
        refuse("is your own name or address")


@cache
def _common() -> frozenset[str]:
    return frozenset(Path(__file__).with_name("common_passwords.txt").read_text().split())


def refuse(why: str) -> None:
    raise Invalid(code="PASSWORD_REFUSED", errors=[{"pointer": "/password", "message": why}])


def hash_new(password: str) -> bytes:
    return bcrypt.hashpw(_prehash(password), bcrypt.gensalt(settings().bcrypt_cost))


def matches(password: str, stored: bytes | None) -> bool:
    """Whether it is the one; as long at work where there is nothing to compare with."""
    found = bcrypt.checkpw(_prehash(password), stored or _nobody())
    return found and stored is not None


@cache
def _nobody() -> bytes:
    return hash_new("no account has this password")


def _prehash(password: str) -> bytes:
    normal = unicodedata.normalize("NFC", password).encode()
    return base64.b64encode(hmac.digest(_PREHASH_KEY, normal, hashlib.sha256))
