from collections.abc import Iterator

import pytest

from tests.core.ai.gemini.desk import Desk
from tests.gemini_server import FakeGemini


@pytest.fixture
def desk() -> Iterator[Desk]:
    with FakeGemini() as server:
        yield Desk(server)
