"""The floors of the package, read from its source: imports point down, nothing runs at import, files stay small."""

from __future__ import annotations

import ast
import io
import subprocess
import sys
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

import tinygrad_loss

ROOT = Path(tinygrad_loss.__file__).parent

# From the ground up. A module may import from lower floors and from its own.
FLOORS: list[set[str]] = [
    {"_names", "errors", "_missing", "_shapes", "_dtypes", "_printing", "_version", "_device", "return_types"},
    {"autograd"},
    {"kernels"},
    {"ops"},
    {"_tensor", "_in_place_methods", "_more_methods", "_from_python", "_generator", "_creation", "_conversions", "_draws", "_legacy",
     "_properties", "_ranges", "_storage"},
    {"nn", "optim", "utils", "datasets", "serialization", "_pt_reader", "_pt_writer", "_gradients",
     "random", "linalg", "special", "_stand_in", "as_torch", "_settings", "accelerator", "amp", "backends", "cuda", "version"},
    {"_formulas", "graph"},
    {"page"},
    {"_picture", "_comparison", "_explanation", "doctor", "bench", "parity", "training", "plots"},
    {"cli", "__main__"},
]
LEVEL = {name: level for level, names in enumerate(FLOORS) for name in names}
LIBRARY = 6  # the package itself (its __init__) shows what lies up to here, and _picture and the like lazily
FORBIDDEN = {"kernels": {"autograd"}}  # array in, array out: no node

EXTRAS = {"tqdm", "matplotlib", "mpmath", "torch", "safetensors", "IPython"}
# What shows how it all works, from a tensor to the gradient of cross-entropy: CONTRIBUTING.md names these files to read first.
CORE = {
    "autograd": "node engine recording passing variable leaves hooks modes requests clock wrapping",
    "ops": "_record _fused _one_hot _casts _elementwise arithmetic pointwise reductions softmaxes sigmoids",
    "nn.functional": "_defined _reduction entropy negative_log_likelihood binary",
    "": "_tensor _shapes errors",
}
# What may be called while the package is imported: makers of constants and of types, and functions of the package's own:
# `loss` attaches a definition, and the others make one function of another.
AT_IMPORT = {
    "TypeVar", "ParamSpec", "NamedTuple", "namedtuple", "frozenset", "tuple", "dict", "set", "range", "fromkeys", "float",
    "object", "property", "staticmethod", "dataclass", "field", "wraps", "partial", "lru_cache", "cache", "itemgetter",
    "attrgetter", "deque", "local", "Lock", "RLock", "dtype", "re.compile", "itertools.count", "type", "getattr", "items",
    "split", "partition", "filterwarnings", "device", "layout", "memory_format",
    "rule", "Lint",  # a rule enters its table; lint is a function that has a function
    "loss", "elementwise", "wide", "operator_of", "writing", "sizes_of", "strides_of", "nulling", "labelled",
    "_sent_back", "_pieces", "_norm", "_normed", "_with_mean", "_per_element", "_term_by_term", "_symmetric",  # rules of formulas
    "missing_names", "install", "_old",  # the __getattr__ of a module; as_torch is imported for what it does
}  # fmt: skip
CONSTANTS = ("np.", "math.")  # np.float32(0.5), math.log(2)
TABLES = "parity.rows_"  # tables of test cases: imported by the comparison alone, and made of calls


@dataclass(frozen=True)
class Module:
    """One file of the package."""

    name: str  # dotted, without the package's own name: "nn.functional.entropy"; "" is the package
    path: Path
    tree: ast.Module

    @property
    def package(self) -> list[str]:
        parts = self.name.split(".") if self.name else []
        return parts if self.path.name == "__init__.py" else parts[:-1]


def read(path: Path) -> Module:
    parts = list(path.relative_to(ROOT).with_suffix("").parts)
    if parts[-1] == "__init__":
        parts.pop()
    return Module(".".join(parts), path, ast.parse(path.read_text(encoding="utf-8")))


MODULES = {module.name: module for module in map(read, sorted(ROOT.rglob("*.py")))}
EACH = pytest.mark.parametrize("module", MODULES.values(), ids=lambda module: module.name or "the package")


def is_left_out(node: ast.AST) -> bool:
    """Blocks that an import does not run."""
    return isinstance(node, ast.If) and ast.unparse(node.test).endswith(("TYPE_CHECKING", "__name__ == '__main__'"))


def walk(node: ast.AST, *, functions: bool) -> Iterator[ast.AST]:
    """All nodes that run (when imported, or with `functions` at any time): without blocks for type checkers and programs."""
    for child in ast.iter_child_nodes(node):
        if is_left_out(child):
            continue
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) and not functions:
            for decorator in getattr(child, "decorator_list", []):
                yield from [decorator, *walk(decorator, functions=False)]
            continue
        yield child
        yield from walk(child, functions=functions)


def imports(module: Module, *, functions: bool = False) -> Iterator[str]:
    """The modules of this package that a module imports, dotted; "" is the package itself."""
    for node in walk(module.tree, functions=functions):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[2] for alias in node.names if alias.name.split(".")[0] == "tinygrad_loss")
        elif isinstance(node, ast.ImportFrom):
            if node.level:
                base = module.package[: len(module.package) - node.level + 1]
            elif (node.module or "").split(".")[0] == "tinygrad_loss":
                base = []
            else:
                continue
            parts = (node.module or "").split(".") if node.module else []
            base = base + (parts if node.level else parts[1:])
            for alias in node.names:
                inner = ".".join([*base, alias.name])
                yield inner if inner in MODULES else ".".join(base)


def level(name: str) -> int:
    return LEVEL[name.split(".")[0]] if name else LIBRARY


def test_every_module_has_a_floor():
    assert {name.split(".")[0] for name in MODULES} - {""} <= LEVEL.keys()


@EACH
def test_imports_point_down(module):
    own = level(module.name)
    too_high = [name for name in imports(module) if level(name) > own]
    assert not too_high, f"{module.path} is on floor {own} and imports {too_high} from above"
    strange = [name for name in imports(module) if name.split(".")[0] in FORBIDDEN.get(module.name.split(".")[0], ())]
    assert not strange, f"{module.path} must not know {strange}"


def test_no_circles():
    """Take away the modules that import nothing that is left, until nothing moves: what remains stands in a circle."""
    left = {name: set(imports(module)) - {name} for name, module in MODULES.items()}
    while free := [name for name, needs in left.items() if not needs & left.keys()]:
        for name in free:
            del left[name]
    assert not left, f"imports in a circle, or above one: {sorted(left)}"


@EACH
def test_no_import_in_functions_but_extras_and_no_star(module):
    at_import = list(walk(module.tree, functions=False))
    for node in walk(module.tree, functions=True):
        if isinstance(node, ast.ImportFrom):
            assert node.names[0].name != "*", f"{module.path}:{node.lineno}: import *"
        if isinstance(node, ast.Import | ast.ImportFrom) and node not in at_import:
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or "."]
            assert not node.__dict__.get("level") and {name.split(".")[0] for name in names} <= EXTRAS, (
                f"{module.path}:{node.lineno}: an import inside a function")


@EACH
def test_no_work_at_import(module):
    if module.name == "__main__" or module.name.startswith(TABLES):
        return
    for node in walk(module.tree, functions=False):
        if isinstance(node, ast.Call):
            name = ast.unparse(node.func)
            last = name.rpartition(".")[2]
            record = last.lstrip("_")[:1].isupper()  # a class: one more record in a table
            assert record or {name, last} & AT_IMPORT or name.startswith(CONSTANTS) or last.startswith("in_place"), (
                f"{module.path}:{node.lineno}: {ast.unparse(node)[:80]} runs at import")
        assert not isinstance(node, ast.For | ast.While | ast.With), f"{module.path}:{node.lineno}: a loop runs at import"


def test_the_package_does_not_import_its_tables():
    code = "import sys, tinygrad_loss; print([name for name in sys.modules if '.parity' in name])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT.parent)
    assert done.stdout.strip() == "[]"


def test_no_module_bears_a_public_function_s_name():
    """`import package.draw` would put the module in the place of the function `package.draw`."""
    for name in MODULES:
        parent, _, own = name.rpartition(".")
        if not name or own.startswith("__"):
            continue
        public = {alias.asname or alias.name for node in walk(MODULES[parent].tree, functions=False)
                  if isinstance(node, ast.ImportFrom) for alias in node.names
                  if ".".join(filter(None, [parent, alias.name])) not in MODULES}
        defined = {node.name for node in MODULES[parent].tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)}
        assert own not in public | defined, f"the module {name} hides a public name of {parent or 'the package'}"


def lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


@EACH
def test_files_are_small(module):
    assert lines(module.path) <= 450


def lines_of_code(module: Module) -> int:
    """Lines with code on them: no docstrings, no comments, no blank lines."""
    prose = {line for node in ast.walk(module.tree) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
             for line in range(node.lineno, (node.end_lineno or 0) + 1)}
    source = io.StringIO(module.path.read_text(encoding="utf-8"))
    tokens = [token for token in tokenize.generate_tokens(source.readline) if token.type in (tokenize.OP, tokenize.NAME)]
    return len({token.start[0] for token in tokens} - prose)


def test_the_core_can_be_read_in_an_evening():
    core = [MODULES[f"{package}.{name}".lstrip(".")] for package, names in CORE.items() for name in names.split()]
    assert sum(map(lines_of_code, core)) < 3500
    assert sum(lines(module.path) for module in core) < 5000


@pytest.mark.parametrize(("name", "source", "finding"), [
    ("kernels.bad", "from ..autograd.node import Node", "not know"),
    ("kernels.bad", "from tinygrad_loss.nn import functional", "above"),
    ("ops.bad", "import tinygrad_loss.nn", "above"),
    ("ops.bad", "from tinygrad_loss import tensor", "above"),
])  # fmt: skip
def test_a_wrong_import_is_seen(name, source, finding):
    module = Module(name, ROOT / "bad.py", ast.parse(source))
    with pytest.raises(AssertionError, match=finding):
        test_imports_point_down(module)


@pytest.mark.parametrize("source", ["print(1)", "x = [f(y) for y in (1, 2)]", "for i in ():\n    pass",
                                    "class A:\n    x = work()", "@register('op')\ndef f(): pass"])
def test_work_at_import_is_seen(source):
    with pytest.raises(AssertionError, match="at import"):
        test_no_work_at_import(Module("bad", ROOT / "bad.py", ast.parse(source)))


@pytest.mark.parametrize("source", ["def f():\n    import json", "def f():\n    from . import x", "from os import *"])
def test_hidden_imports_are_seen(source):
    with pytest.raises(AssertionError, match="import"):
        test_no_import_in_functions_but_extras_and_no_star(Module("bad", ROOT / "bad.py", ast.parse(source)))
