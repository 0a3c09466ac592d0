"""What a call costs, by the price list at https://ai.google.dev/gemini-api/docs/pricing as of 2026-10-07."""

from dataclasses import dataclass
from datetime import date

_LONG_PROMPT = 200_000


@dataclass(frozen=True)
class Price:
    """US dollars per million tokens, standard paid tier, from ``since`` on. Thoughts are billed as output."""

    model: str
    input: float
    output: float
    long_input: float | None = None
    long_output: float | None = None
    since: date = date(2026, 1, 1)


PRICES = (
    Price("gemini-2.5-flash-lite", 0.10, 0.40),
    Price("gemini-2.5-flash", 0.30, 2.50),
    Price("gemini-2.5-pro", 1.25, 10.00, long_input=2.50, long_output=15.00),
    Price("gemini-3.1-pro", 2.00, 12.00, long_input=4.00, long_output=18.00),
    Price("gemini-3.5-flash-lite", 0.30, 2.50),
    Price("gemini-3.5-flash", 1.50, 9.00),
    Price("gemini-3.8-flash", 0.75, 3.75),
    Price("gemini-3.8-flash", 1.50, 7.50, since=date(2027, 1, 1)),
)


def price(model: str, on: date) -> Price | None:
    """The price of the model whose name, or whose first dash-separated parts, stand in the list."""
    return max(
        (row for row in PRICES if f"{model}-".startswith(f"{row.model}-") and row.since <= on),
        key=lambda row: (len(row.model), row.since),
        default=None,
    )


def cost_usd(model: str, input_tokens: int, output_tokens: int, on: date) -> float | None:
    """None for a model without a listed price. Cached input is counted in full: an upper bound."""
    row = price(model, on)
    if row is None:
        return None
    long = input_tokens > _LONG_PROMPT
    per_input = row.long_input if long and row.long_input else row.input
    per_output = row.long_output if long and row.long_output else row.output
    return (input_tokens * per_input + output_tokens * per_output) / 1_000_000
