from datetime import date

import pytest

from lms.ai.gemini.pricing import cost_usd

AUTUMN, NEXT_YEAR = date(2026, 10, 7), date(2027, 1, 1)
MILLION = 1_000_000


@pytest.mark.parametrize(
    ("model", "tokens", "on", "dollars"),
    [
        ("gemini-2.5-flash", (100_000, 10_000), AUTUMN, 0.03 + 0.025),
        ("gemini-2.5-flash-preview-09-2025", (100_000, 10_000), AUTUMN, 0.03 + 0.025),
        ("gemini-2.5-flash-lite", (100_000, 10_000), AUTUMN, 0.01 + 0.004),
        ("gemini-2.5-pro", (200_000, 10_000), AUTUMN, 0.25 + 0.1),
        ("gemini-2.5-pro", (200_001, 10_000), AUTUMN, 0.5000025 + 0.15),
        ("gemini-3.8-flash", (100_000, 10_000), AUTUMN, 0.075 + 0.0375),
        ("gemini-3.8-flash", (100_000, 10_000), NEXT_YEAR, 0.15 + 0.075),
        ("gemini-2.5-flash", (0, 0), AUTUMN, 0.0),
    ],
)
def test_a_listed_model_costs_its_listed_price(model, tokens, on, dollars):
    assert cost_usd(model, *tokens, on) == pytest.approx(dollars)


@pytest.mark.parametrize("model", ["gemini-2.5", "gemini-2.5-flashy", "another-model", ""])
def test_an_unlisted_model_has_no_price(model):
    assert cost_usd(model, MILLION, MILLION, AUTUMN) is None
