"""What a call to a model that is to be made may take."""

from typing import NamedTuple


class Wanted(NamedTuple):
    """Its input, which costs ``input_usd``, and between ``least`` and ``most`` tokens of output, which cost
    ``output_usd`` each. While others hold a part of a budget, it takes no less than ``comfortable``: they may give
    some of it back."""

    input_tokens: int
    least: int
    comfortable: int
    most: int
    input_usd: float
    output_usd: float
