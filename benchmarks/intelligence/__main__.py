"""`make bench-intelligence`: what is learnt from public data, on its test parts, beside published figures.

`python -m benchmarks.intelligence [short_answers] [train]`; ``train`` trains anew, on the training parts alone, and
writes the models that are shipped.
"""

import sys

from benchmarks.intelligence import short_answers

_PARTS = {"short_answers": short_answers}


def main() -> None:
    said = set(sys.argv[1:])
    if unknown := said - {*_PARTS, "train"}:
        sys.exit(f"unknown: {', '.join(sorted(unknown))}; there are {', '.join(_PARTS)}, and train")
    for name, part in _PARTS.items():
        if name in said or not said - {"train"}:
            if "train" in said:
                part.train()
            part.run()


if __name__ == "__main__":
    main()
