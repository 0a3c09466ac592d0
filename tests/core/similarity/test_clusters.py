from math import inf

from lms.similarity.clusters import OUTLYING, clusters, outlying_from, standings
from lms.similarity.ranking import linked_from


def test_clusters_are_what_hangs_together():
    pairs = [("a", "b"), ("d", "e"), ("b", "c"), ("c", "a"), ("f", "f")]
    assert clusters(pairs, 2) == [{"a", "b", "c"}, {"d", "e"}]
    assert clusters(pairs, 3) == [{"a", "b", "c"}]
    assert clusters([], 2) == []


def test_a_score_stands_out_by_its_cohort_not_by_its_size():
    cohort = [0.60, 0.62, 0.58, 0.61, 0.59, 0.63, 0.57, 0.95]
    *others, outlier = standings(cohort, cohort)
    assert outlier.z > OUTLYING > max(each.z for each in others)
    assert outlier.percentile == 87.5
    (same,) = standings([0.95], [0.9, 0.95, 1.0, 0.85])
    assert same.z < OUTLYING and same.percentile == 50
    least = outlying_from(cohort)
    below, above = standings([least - 1e-9, least + 1e-9], cohort)
    assert below.z < OUTLYING < above.z


def test_cohorts_without_spread_and_without_anybody():
    assert [each.z for each in standings([0.3, 0.3], [0.3, 0.3])] == [0, 0]
    cohort = [0.0, 0.0, 0.0, 0.0, 0.8]
    assert standings(cohort, cohort)[-1].z > OUTLYING
    assert standings([0.5], []) == [(0, 0)]
    assert outlying_from([]) == outlying_from([0.3, 0.3]) == inf


def test_what_has_half_in_common_is_linked_and_what_has_next_to_nothing_is_not():
    assert linked_from([0.9, 0.9, 0.9]) == 0.5
    assert linked_from([0.0, 0.0, 0.01]) == 0.2
    assert 0.2 < linked_from([0.1, 0.2, 0.15, 0.25, 0.12]) < 0.5
