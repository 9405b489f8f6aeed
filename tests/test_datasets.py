"""The shipped data sets, the CSV reader and every way in which a file can be wrong, the held-out split."""

from __future__ import annotations

import bz2
import gzip
from pathlib import Path

import numpy as np
import pytest

from tinygrad_loss.datasets import SHIPPED, DataError, column_scales, hold_out, load, load_breast_cancer, load_iris, read_csv

DATA = Path(load_iris.__code__.co_filename).parent / "data"

# name, shape, rows of each class, sum of all cells (from scikit-learn's copies)
SETS = [
    ("iris", (150, 4), {"setosa": 50, "versicolor": 50, "virginica": 50}, 2078.7),
    ("digits", (1797, 64), {str(k): n for k, n in enumerate((178, 182, 177, 183, 181, 182, 181, 179, 174, 180))}, 561718.0),
    ("breast-cancer", (569, 30), {"benign": 357, "malignant": 212}, 1056474.4596356),
]


@pytest.mark.parametrize(("name", "shape", "counts", "total"), SETS, ids=[row[0] for row in SETS])
def test_shipped_set(name, shape, counts, total):
    table = load(name)
    assert table.name == name
    assert table.features.shape == shape and table.features.dtype == np.float32
    assert table.targets.shape == shape[:1] and table.targets.dtype == np.int64
    assert len(table.feature_names) == shape[1]
    assert dict(zip(table.class_names, np.bincount(table.targets).tolist(), strict=True)) == counts
    assert table.features.sum(dtype=np.float64) == pytest.approx(total, rel=1e-6)


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_set_names_source_and_licence(name):
    table = load(name)
    sources = (DATA / "SOURCES.md").read_text(encoding="utf-8")
    doi = table.source.rpartition(" ")[2]
    assert doi.startswith("https://doi.org/10.24432/") and doi in sources
    assert "CC BY 4.0" in table.licence and "CC BY 4.0" in sources


def test_shipped_sets_are_small():
    assert sum(file.stat().st_size for file in DATA.iterdir()) < 150_000


def test_iris_has_the_values_of_fishers_paper():
    """The repository's file has two slips (rows 35 and 38); these are the published values."""
    features = load_iris().features
    np.testing.assert_array_equal(features[[34, 37]], np.float32([[4.9, 3.1, 1.5, 0.2], [4.9, 3.6, 1.4, 0.1]]))


def test_the_finding_is_class_1():
    assert load_breast_cancer().class_names == ("benign", "malignant")


# what the file holds, the class column asked for, class names, targets, feature names, features
READ = {
    "header": ("a,b,class\n1,2,x\n3,4,y\n", None, ("x", "y"), [0, 1], ("a", "b"), [[1, 2], [3, 4]]),
    "no header": ("1,2,y\n3,4,x\n", None, ("x", "y"), [1, 0], ("column 1", "column 2"), [[1, 2], [3, 4]]),
    "class column first": ("Species,a\nx,1\ny,2\n", None, ("x", "y"), [0, 1], ("a",), [[1], [2]]),
    "class before target": ("target,class,a\n1,x,1\n2,y,2\n", None, ("x", "y"), [0, 1], ("target", "a"), [[1, 1], [2, 2]]),
    "last column by default": ("a,fruit\n1,pear\n2,apple\n", None, ("apple", "pear"), [1, 0], ("a",), [[1], [2]]),
    "class column by name": ("kind,a\nx,1\ny,2\n", "kind", ("x", "y"), [0, 1], ("a",), [[1], [2]]),
    "class column by number": ("x,1\ny,2\n", "column 1", ("x", "y"), [0, 1], ("column 2",), [[1], [2]]),
    "numeric header, named": ("0,1,kind\n5,6,x\n7,8,y\n", "kind", ("x", "y"), [0, 1], ("0", "1"), [[5, 6], [7, 8]]),
    "numbers as classes": ("a,class\n1,10\n2,9\n3,10\n", None, ("9", "10"), [1, 0, 1], ("a",), [[1], [2], [3]]),
    "semicolons": ("a;class\n1.5;x\n2;y\n", None, ("x", "y"), [0, 1], ("a",), [[1.5], [2]]),
    "tabs": ("a\tclass\n1\tx\n2\ty\n", None, ("x", "y"), [0, 1], ("a",), [[1], [2]]),
    "quotes, spaces, blank lines": ('\na, "the, class"\n\n1 ,"x"\r\n2,y\n\n', None, ("x", "y"), [0, 1], ("a",), [[1], [2]]),
    "byte order mark": ("\ufeffclass,a\nx,1\ny,2\n", None, ("x", "y"), [0, 1], ("a",), [[1], [2]]),
    "nameless column": (",class\n1,x\n2,y\n", None, ("x", "y"), [0, 1], ("column 1",), [[1], [2]]),
}


@pytest.mark.parametrize(("text", "target", "classes", "targets", "names", "features"), READ.values(), ids=READ)
def test_read_csv(tmp_path, text, target, classes, targets, names, features):
    file = tmp_path / "data.csv"
    file.write_text(text, encoding="utf-8", newline="")
    table = read_csv(file, target)
    assert table.name == "data" and table.source == str(file)
    assert (table.class_names, table.targets.tolist(), table.feature_names) == (classes, targets, names)
    assert table.features.dtype == np.float32
    np.testing.assert_array_equal(table.features, features)


def test_read_csv_of_a_compressed_file(tmp_path):
    file = tmp_path / "data.csv.gz"
    file.write_bytes(gzip.compress(b"a,class\n1,x\n2,y\n"))
    assert read_csv(file).class_names == ("x", "y")


# what the file holds, the class column asked for, what the one line says
WRONG = {
    "empty": (b"", None, "is empty"),
    "blank": (b"\n \n,\n", None, "is empty"),
    "header alone": (b"a,class\n", None, "no row under it"),
    "class column missing": (b"a,b\n1,2\n", "kind", "no class column 'kind'; its columns are a, b"),
    "class column missing, no header": (b"1,2\n3,4\n", "kind", "no class column 'kind'; its columns are column 1, column 2"),
    "not a number": (b"a,b,class\n1,2,x\n1,wide,y\n", None, "row 3, column 'b': 'wide' is not a number"),
    "not a number, blank line before": (b"a,class\n1,x\n\nwide,y\n", None, "row 4, column 'a': 'wide' is not a number"),
    "decimal comma": (b"a;class\n1,5;x\n2;y\n", None, "row 2, column 'a': '1,5' is not a number"),
    "empty cell": (b"a,class\n1,x\n,y\n", None, "row 3, column 'a': the cell is empty"),
    "nan": (b"a,class\n1,x\nNaN,y\n", None, "row 3, column 'a': 'NaN' is not a finite number"),
    "infinity": (b"a,class\n-inf,x\n1,y\n", None, "row 2, column 'a': '-inf' is not a finite number"),
    "too large": (b"a,class\n1e39,x\n1,y\n", None, "row 2, column 'a': '1e39' is too large for float32"),
    "class missing": (b"a,class\n1,x\n2,\n", None, "row 3, column 'class': the class is missing"),
    "long row": (b"a,class\n1,x\n2,y,z\n", None, "row 3: has 3 cells, but row 1 has 2"),
    "short row": (b"a,b,class\n1,2,x\n2,y\n", None, "row 3: has 2 cells, but row 1 has 3"),
    "one class": (b"a,class\n1,x\n2,x\n", None, "column 'class' holds only one class, 'x'"),
    "class column alone": (b"class\nx\ny\n", None, "no column beside the class column 'class'"),
    "not text": (b"\xff\xfe\x00\x01", None, "is not a text file in UTF-8"),
}


@pytest.mark.parametrize(("content", "target", "message"), WRONG.values(), ids=WRONG)
def test_read_csv_says_what_is_wrong(tmp_path, content, target, message):
    file = tmp_path / "data.csv"
    file.write_bytes(content)
    with pytest.raises(DataError) as caught:
        read_csv(file, target)
    text = str(caught.value)
    assert message in text and text.startswith(str(file)) and "\n" not in text


@pytest.mark.parametrize("name", ["missing.csv", ".", "notgzip.csv.gz", "broken.csv.gz", "notbzip2.csv.bz2", "broken.csv.bz2"])
def test_unreadable_file(tmp_path, name):
    (tmp_path / "notgzip.csv.gz").write_bytes(b"plain")
    (tmp_path / "notbzip2.csv.bz2").write_bytes(b"plain")
    (tmp_path / "broken.csv.bz2").write_bytes(bz2.compress(b"a,class\n1,x\n2,y\n" * 99)[:30])
    (tmp_path / "broken.csv.gz").write_bytes(gzip.compress(b"a,class\n1,x\n2,y\n" * 99)[:30] + b"?" * 30)
    with pytest.raises(DataError, match="cannot be read"):
        read_csv(tmp_path / name)


@pytest.mark.parametrize(
    ("name", "target", "message"),
    [
        ("moons", None, "neither a shipped data set (iris, digits, breast-cancer) nor a file"),
        ("iris", "species", "no class column 'species'"),
    ],
)
def test_load_says_what_is_wrong(name, target, message):
    with pytest.raises(DataError) as caught:
        load(name, target)
    assert message in str(caught.value)


def test_hold_out_keeps_proportions_and_loses_no_row():
    table = load("breast-cancer")
    train, test = hold_out(table, fraction=0.3, seed=4)
    assert [np.bincount(part.targets).tolist() for part in (train, test)] == [[250, 148], [107, 64]]
    together = np.concatenate([train.features, test.features])
    assert sorted(map(tuple, together.tolist())) == sorted(map(tuple, table.features.tolist()))


def test_hold_out_follows_its_seed():
    table = load_iris()
    parts = [hold_out(table, seed=seed)[1].features.tolist() for seed in (1, 1, 2)]
    assert parts[0] == parts[1] != parts[2]


def test_hold_out_of_a_small_table_leaves_every_class_in_training(tmp_path):
    file = tmp_path / "data.csv"
    file.write_text("a,class\n1,x\n2,x\n3,y\n")
    train, test = hold_out(read_csv(file), fraction=0.9)
    assert sorted(train.targets.tolist()) == [0, 1] and test.targets.tolist() == [0]


def test_hold_out_errors(tmp_path):
    file = tmp_path / "data.csv"
    file.write_text("a,class\n1,x\n2,y\n")
    with pytest.raises(DataError, match="every class has one row only"):
        hold_out(read_csv(file))
    with pytest.raises(ValueError, match="fraction must lie between 0 and 1, not 30"):
        hold_out(load_iris(), fraction=30)


def test_column_scales():
    features = np.float32([[1, 5, 1e20], [3, 5, -1e20]])
    mean, std = column_scales(features)
    np.testing.assert_array_equal((features - mean) / std, np.float32([[-1, 0, 1], [1, 0, -1]]))
