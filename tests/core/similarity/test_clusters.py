from lms.similarity.clusters import OUTLYING, clusters, standings


def test_clusters_are_what_hangs_together_above_the_threshold():
    pairs = [("a", "b", 0.9), ("b", "c", 0.8), ("d", "e", 0.8), ("c", "d", 0.2), ("f", "g", 0.1)]
    assert clusters(pairs, 0.5) == [{"a", "b", "c"}, {"d", "e"}]
    assert clusters(pairs, 0.5, least=3) == [{"a", "b", "c"}]
    assert clusters([], 0.5) == []


def test_a_score_stands_out_by_its_cohort_not_by_its_size():
    usual = [0.60, 0.62, 0.58, 0.61, 0.59, 0.63, 0.57]
    *others, outlier = standings([*usual, 0.95])
    assert outlier.z > OUTLYING > max(each.z for each in others)
    assert outlier.percentile == 87.5
    (same,) = standings([0.95], [0.9, 0.95, 1.0, 0.85])
    assert same.z < OUTLYING and same.percentile == 50


def test_cohorts_without_spread_and_without_anybody():
    assert [each.z for each in standings([0.3, 0.3])] == [0, 0]
    assert standings([0.0, 0.0, 0.0, 0.0, 0.8])[-1].z > OUTLYING
    assert standings([0.5], []) == [(0, 0)]
