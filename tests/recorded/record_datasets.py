"""Writes tinygrad_loss/datasets/data/*.csv.bz2 from the copies that scikit-learn ships.

Run by hand: python tests/recorded/record_datasets.py (needs scikit-learn). The same input gives the same bytes.
"""

import bz2
from pathlib import Path

from sklearn.datasets import load_breast_cancer, load_digits, load_iris

DATA = Path(__file__).parents[2] / "tinygrad_loss" / "datasets" / "data"


def main() -> None:
    for name, load in (("iris", load_iris), ("digits", load_digits), ("breast_cancer", load_breast_cancer)):
        bunch = load()
        lines = [",".join([*(str(column) for column in bunch.feature_names), "class"])]
        for row, target in zip(bunch.data.tolist(), bunch.target.tolist(), strict=True):
            cells = [repr(int(cell) if cell == int(cell) else cell) for cell in row]
            lines.append(",".join([*cells, str(bunch.target_names[target])]))
        text = "\n".join(lines) + "\n"
        (DATA / f"{name}.csv.bz2").write_bytes(bz2.compress(text.encode()))


if __name__ == "__main__":
    main()
