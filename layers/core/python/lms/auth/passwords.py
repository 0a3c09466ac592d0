"""Passwords: the rule for a new one, and its hash.

The prehash (HMAC-SHA-256 of the NFC form, in base64: 44 bytes) keeps any length and any Unicode inside bcrypt's
72 bytes without truncation or NUL, and its fixed key keeps hashes leaked elsewhere from being tried here.
"""

import base64
import hashlib
import hmac
import re
import unicodedata
from functools import cache
from pathlib import Path

import bcrypt

from lms.config import settings
from lms.errors import Invalid

_WRITTEN_AS = {"a": "[a@4]", "e": "[e3]", "i": "[i1!]", "l": "[l1!]", "o": "[o0]", "s": "[s$5]", "t": "[t7]"}
_PREHASH_KEY = b"lms password prehash 1"


def check_new(password: str, *, email: str, name: str) -> None:
    """Raise Invalid for a password that is too short, too common, or made of the person's own data."""
    folded = unicodedata.normalize("NFC", password).casefold()
    shortest = settings().password_min_length
    if len(folded) < shortest:
        refuse(f"needs at least {shortest} characters")
    if _only_common_words(folded):
        refuse("is made of the commonest words, figures and signs alone")
    if len(set(folded)) < 4:
        refuse("repeats too few characters")
    if folded in {email.casefold(), email.split("@")[0].casefold(), name.casefold()}:
        refuse("is your own name or address")


def _only_common_words(folded: str) -> bool:
    """Whether common words, figures and signs are all of it: Password@123, Qwerty123456!, W3lcome_2024."""
    rest, found = _common_words().subn("", folded)
    return found > 0 and not any(char.isalpha() for char in rest)


@cache
def _common_words() -> re.Pattern[str]:
    """Any of the words, its letters as figures or signs too; longer ones first, as one may open another."""
    words = Path(__file__).with_name("common_words.txt").read_text(encoding="utf-8").split()
    return re.compile("|".join(map(_in_any_writing, sorted(words, key=len, reverse=True))))


def _in_any_writing(word: str) -> str:
    return "".join(_WRITTEN_AS.get(letter, re.escape(letter)) for letter in word)


def refuse(why: str) -> None:
    raise Invalid(code="PASSWORD_REFUSED", errors=[{"pointer": "/password", "message": why}])


def hash_new(password: str) -> bytes:
    return bcrypt.hashpw(_prehash(password), bcrypt.gensalt(settings().bcrypt_cost))


def matches(password: str, stored: bytes | None) -> bool:
    """Whether it is the one; as long at work where there is nothing to compare with."""
    found = bcrypt.checkpw(_prehash(password), stored or _nobody())
    return found and stored is not None


def _nobody() -> bytes:
    """A hash of the configured cost that no password is known to have: written down, since to hash takes as long
    as to compare, and the first unknown account of a process would show it."""
    return b"$2b$%02d$%s" % (settings().bcrypt_cost, b"." * 53)


def _prehash(password: str) -> bytes:
    normal = unicodedata.normalize("NFC", password).encode()
    return base64.b64encode(hmac.digest(_PREHASH_KEY, normal, hashlib.sha256))
