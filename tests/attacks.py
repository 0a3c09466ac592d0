"""Orders to a machine that somebody hides in a source: attacks.jsonl has one a line.

``text`` is what stands in the source, ``obeys`` how a model that follows it would answer: it ``says`` a text,
answers in another ``language`` or another ``schema``, ``leak``s its rules in the way that ``says`` names; or the
order is ``unseen``, since no model may get to read what a reader cannot see.
"""

import json
from pathlib import Path
from typing import NamedTuple


class Attack(NamedTuple):
    name: str
    family: str
    language: str
    text: str
    obeys: str
    says: str


ATTACKS = tuple(
    Attack(**json.loads(line))
    for line in Path(__file__).with_suffix(".jsonl").read_text(encoding="utf-8").splitlines()
)
NAMES = {attack.name: attack for attack in ATTACKS}
