"""Figures of scores, by hand."""

import pytest

from lms.grades.distribution import distribution, quantile


def test_the_figures_of_five_scores():
    found = distribution([(2.0, 1), (4.0, 2), (10.0, 1), (9.0, 1)], possible=10)
    assert (found.count, found.mean, found.median, found.lowest, found.highest) == (5, 5.8, 4, 2, 10)
    assert found.quartiles == [4, 4, 9]
    assert found.sd == pytest.approx(3.1241, abs=1e-4)
    assert found.histogram == [0, 0, 1, 0, 2, 0, 0, 0, 0, 2]


def test_of_nothing_no_figure_is_defined():
    found = distribution([], possible=10)
    assert (found.count, found.mean, found.quartiles, sum(found.histogram)) == (0, None, None, 0)


@pytest.mark.parametrize(("share", "value"), [(0, 1.0), (0.5, 2.5), (0.9, 3.7), (1, 4.0)])
def test_quantiles_lie_between_neighbours(share: float, value: float):
    assert quantile([1, 2, 3, 4], share) == pytest.approx(value)
