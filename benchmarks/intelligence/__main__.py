"""`make bench-intelligence`: what is learnt from public data, on its test parts, beside published figures.

`python -m benchmarks.intelligence [short_answers] [code_similarity] [train]`; ``train`` trains anew, on the
training parts alone, and writes the models that are shipped.
"""

import sys

from benchmarks.intelligence import code_similarity, short_answers

_PARTS = {"short_answers": short_answers.run, "code_similarity": code_similarity.main}


def main() -> None:
    said = set(sys.argv[1:])
    if unknown := said - {*_PARTS, "train"}:
        sys.exit(f"unknown: {', '.join(sorted(unknown))}; there are {', '.join(_PARTS)}, and train")
    chosen = said - {"train"} or set(_PARTS)
    if "train" in said and "short_answers" in chosen:
        short_answers.train()
    for name, run in _PARTS.items():
        if name in chosen:
            run()


if __name__ == "__main__":
    main()
