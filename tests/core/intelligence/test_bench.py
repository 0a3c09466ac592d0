"""What `make bench-intelligence` measures by."""

import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.intelligence import public_data
from benchmarks.intelligence.short_answers import macro_f1


def test_macro_f1_is_the_mean_of_each_labels_f1():
    pairs = [("a", "a"), ("a", "b"), ("b", "b"), ("b", "b"), ("c", "b")]
    # a: precision 1, recall 1/2; b: precision 1/2, recall 1; c: none found.
    assert macro_f1(pairs, "abc") == pytest.approx((2 / 3 + 2 / 3 + 0) / 3)
    assert macro_f1([("a", "a")], "a") == 1


def test_without_the_public_data_it_says_so_and_fails(tmp_path: Path):
    say = "from pathlib import Path; from benchmarks.intelligence import public_data as data; "
    say += "data.FOLDER = Path('nowhere'); data.short_answers('beetle', 'train')"
    root = Path(public_data.__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", say],
        cwd=tmp_path,
        env={"PYTHONPATH": f"{root}:{root / 'layers/core/python'}"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert "beetle_train.csv.gz is missing" in done.stderr
