"""The backward walk by itself: small nodes of its own on arrays, no operation of the package."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import tinygrad_loss
from tinygrad_loss.autograd.clock import tick
from tinygrad_loss.autograd.engine import on_the_way, reachable, walk
from tinygrad_loss.autograd.modes import modes
from tinygrad_loss.autograd.node import AccumulateGrad, Edge, MultiNode, Node

F64 = np.dtype("float64")


class Linear(Node):
    """Any number of inputs, each times a constant; notes when it runs."""

    __slots__ = ("log",)
    saves = ("factors",)

    def vjp(self, g: Any, *saved: Any) -> list[Any]:
        self.log.append(self)
        return [g * factor for factor in saved[0]]


class Pass(Node):
    """One input, passed on as it is."""

    __slots__ = ()
    frees = False
    vjps = (lambda g: g,)


class PassTwice(Node):
    """Two inputs that both get the gradient as it is."""

    __slots__ = ()
    frees = False
    vjps = (lambda g: g, lambda g: g)


class Product(Node):
    """Two inputs with the rules of a product."""

    __slots__ = ()
    saves = ("x", "y")
    vjps = (lambda g, x, y: g * y, lambda g, x, y: g * x)


class Pair(MultiNode):
    """Two results, of which the second is twice the input."""

    __slots__ = ("seen",)
    frees = False

    def vjp(self, g: Any, *saved: Any) -> list[Any]:
        self.seen.append(list(g))
        return [sum(part * factor for part, factor in zip(g, (1, 2), strict=True) if part is not None)]


def made(kind: type[Node], *edges: Edge, saved: Any = (), shape: Any = (3,), dtype: np.dtype[Any] = F64, **more: Any) -> Any:
    node = object.__new__(kind)
    node.seq, node.next_functions, node.saved, node.hooks = tick(), edges, saved, None
    node.shape, node.dtype = shape, dtype
    for name, value in more.items():
        setattr(node, name, value)
    return node


def leaf(*values: float, shape: tuple[int, ...] | None = None) -> Any:
    array = np.array(values, F64) if shape is None else np.zeros(shape)
    return tinygrad_loss.from_numpy(array).requires_grad_()


def go(root: Any, g: Any = None, output: int = 0, **options: Any) -> None:
    walk([((root, output), np.ones(3) if g is None else g)], **{"free": True, "create": False, **options})


def test_each_node_runs_once_and_the_last_recorded_first() -> None:
    log: list[Node] = []
    x = leaf(0, 0, 0)
    bottom = made(Linear, x.edge(), saved=((2.0,),), log=log)
    left = made(Linear, (bottom, 0), saved=((3.0,),), log=log)
    right = made(Linear, (bottom, 0), (bottom, 0), saved=((5.0, 7.0),), log=log)
    top = made(Linear, (left, 0), (right, 0), (None, 0), saved=((1.0, 1.0, 1.0),), log=log)
    assert reachable([top])[1:] == [bottom, left, right, top]
    go(top)
    assert log == [top, right, left, bottom]
    assert x.grad.numpy().tolist() == [2.0 * (3 + 5 + 7)] * 3


def test_two_edges_to_one_leaf() -> None:
    x = leaf(1, 2, 3)
    go(made(Product, x.edge(), x.edge(), saved=(x.detach().numpy(), x.detach().numpy())))
    assert x.grad.numpy().tolist() == [2.0, 4.0, 6.0]


@pytest.mark.parametrize("shape", [(3,), (1,), (2, 3), (1, 3), (2, 1), ()])
def test_broadcasting_is_undone_at_the_edge(shape: tuple[int, ...]) -> None:
    x = leaf(shape=shape)
    go(made(Pass, x.edge(), shape=(2, 3)), np.arange(6.0).reshape(2, 3))
    padded = (1,) * (2 - len(shape)) + shape
    axes = tuple(i for i in range(2) if padded[i] == 1)
    expected = np.arange(6.0).reshape(2, 3).sum(axis=axes, keepdims=True).reshape(shape)
    assert x.grad.shape == shape
    np.testing.assert_array_equal(x.grad.numpy(), expected)


def test_the_gradient_takes_the_dtype_of_the_edge() -> None:
    x = tinygrad_loss.from_numpy(np.zeros(3, np.float32)).requires_grad_()
    go(made(Pass, (made(Pass, x.edge(), dtype=np.dtype("float32")), 0)))
    assert x.grad.numpy().dtype == np.float32


def test_results_that_are_not_used_get_none() -> None:
    x = leaf(0, 0, 0)
    pair = made(Pair, x.edge(), shape=None, shapes=[(3,), (3,)], seen=[])
    go(pair, output=1)
    assert pair.seen[0][0] is None
    assert x.grad.numpy().tolist() == [2.0] * 3
    both = made(PassTwice, (pair, 0), (pair, 1))
    go(both)
    assert [part.tolist() for part in pair.seen[1]] == [[1.0] * 3, [1.0] * 3]
    assert not np.shares_memory(*pair.seen[1])
    assert x.grad.numpy().tolist() == [5.0] * 3


@pytest.mark.parametrize("hooked", [False, True])
@pytest.mark.parametrize("depth", [0, 1, 2])
def test_gradients_have_one_owner(depth: int, hooked: bool) -> None:
    x, y, root = leaf(0, 0, 0), leaf(0, 0, 0), np.ones(3)
    edges = [x.edge(), y.edge()]
    for _ in range(depth):
        edges = [(made(Pass, edge), 0) for edge in edges]
    node = made(PassTwice, *edges)
    if hooked:
        node.register_hook(lambda inputs, outputs: None)
    go(node, root)
    arrays = [x.grad.numpy(), y.grad.numpy()]
    assert not np.shares_memory(*arrays)
    arrays[0][:] = 7
    assert arrays[1].tolist() == [1.0] * 3


def test_a_leaf_and_a_node_of_several_results_do_not_share() -> None:
    x, y, seen = leaf(0, 0, 0), leaf(0, 0, 0), []
    for order in ((0, 1), (1, 0)):
        pair = made(Pair, x.edge(), shape=None, shapes=[(3,), (3,)], seen=seen)
        edges = [(pair, 0), y.edge()]
        y.grad = None
        go(made(PassTwice, *(edges[place] for place in order)))
        assert not np.shares_memory(seen[-1][0], y.grad.numpy())


def test_large_memory_is_not_kept_alive_by_a_small_gradient() -> None:
    class Part(Node):
        __slots__ = ()
        frees = False
        vjps = (lambda g: g[:3],)

    x = leaf(0, 0, 0)
    go(made(Part, x.edge(), shape=(1000,)), np.ones(1000))
    assert x.grad.numpy().base is None


def test_captures_run_only_the_nodes_on_the_way() -> None:
    log: list[Node] = []
    x, y = leaf(0, 0, 0), leaf(0, 0, 0)
    under_x, under_y = (made(Linear, one.edge(), saved=((3.0,),), log=log) for one in (x, y))
    middle = made(Linear, (under_x, 0), saved=((2.0,),), log=log)
    top = made(Linear, (middle, 0), (under_y, 0), saved=((1.0, 1.0),), log=log)
    assert on_the_way([top], {under_x: []}) == {middle, top}
    captures: dict[Node, list[Any]] = {under_x: []}
    go(top, captures=captures)
    assert log == [top, middle]
    assert captures[under_x][0].tolist() == [2.0] * 3
    assert x.grad is None and y.grad is None
    assert under_x.saved is not None and middle.saved is None


def test_only_the_rules_of_wanted_inputs_are_worked_out() -> None:
    class Costly(Node):
        __slots__ = ()
        frees = False
        vjps = (lambda g: g, lambda g: 1 / 0)

    x, y = leaf(0, 0, 0), leaf(0, 0, 0)
    captures: dict[Node, list[Any]] = {x.edge()[0]: []}
    node = made(Costly, x.edge(), y.edge())
    go(node, captures=captures)
    with pytest.raises(ZeroDivisionError):
        go(node)


def test_upto_runs_the_ends_themselves() -> None:
    log: list[Node] = []
    x, y = leaf(0, 0, 0), leaf(0, 0, 0)
    under = made(Linear, x.edge(), saved=((3.0,),), log=log)
    top = made(Linear, (under, 0), y.edge(), saved=((1.0, 5.0),), log=log)
    go(top, upto=[under, y.edge()[0]])
    assert log == [top, under]
    assert x.grad is None and y.grad.numpy().tolist() == [5.0] * 3


@pytest.mark.parametrize("free", [True, False])
def test_what_was_saved_is_freed(free: bool) -> None:
    x = leaf(1, 2, 3)
    node = made(Product, x.edge(), x.edge(), saved=(np.ones(3), np.ones(3)))
    go(node, free=free)
    if free:
        with pytest.raises(RuntimeError, match="Product: Trying to backward through the graph a second time"):
            go(node)
    else:
        go(node)
    assert x.grad.numpy().tolist() == [2.0 if free else 4.0] * 3


def test_an_error_in_the_middle_leaves_the_mode_as_it_was() -> None:
    class Fails(Node):
        __slots__ = ()
        frees = False
        vjps = (lambda g: 1 / 0,)

    x, y = leaf(0, 0, 0), leaf(0, 0, 0)
    node = made(PassTwice, (made(Fails, x.edge()), 0), y.edge())
    with pytest.raises(ZeroDivisionError):
        go(node)
    assert modes.grad
    with tinygrad_loss.no_grad():
        with pytest.raises(ZeroDivisionError):
            go(node)
        assert not modes.grad
    assert x.grad is None


def test_a_walk_within_a_walk() -> None:
    inner, outer = leaf(0, 0, 0), leaf(0, 0, 0)

    class Walks(Node):
        __slots__ = ()
        frees = False

        def vjp(self, g: Any, *saved: Any) -> list[Any]:
            go(made(Pass, inner.edge()), g * 10)
            return [g]

    go(made(PassTwice, (made(Walks, outer.edge()), 0), (made(Walks, outer.edge()), 0)))
    assert inner.grad.numpy().tolist() == [20.0] * 3
    assert outer.grad.numpy().tolist() == [2.0] * 3


def in_threads(work: Callable[[], None], number: int) -> None:
    failures: list[BaseException] = []

    def careful() -> None:
        try:
            work()
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=careful) for _ in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures


def test_walks_in_threads_add_to_the_same_leaf() -> None:
    x = leaf(shape=(20_000,))
    x.grad = tinygrad_loss.from_numpy(np.zeros(20_000))

    def work() -> None:
        for _ in range(50):
            go(made(Pass, (made(Pass, x.edge(), shape=(20_000,)), 0), shape=(20_000,)), np.ones(20_000))

    in_threads(work, 8)
    assert np.all(x.grad.numpy() == 400.0)


def test_the_first_gradients_of_threads_are_not_lost() -> None:
    for _ in range(50):
        x, barrier = leaf(0, 0, 0), threading.Barrier(4)
        root = made(Pass, x.edge())

        def work(barrier: threading.Barrier = barrier, root: Node = root) -> None:
            barrier.wait()
            go(root)

        in_threads(work, 4)
        assert x.grad.numpy().tolist() == [4.0] * 3


def test_one_accumulator_for_a_leaf_as_long_as_a_graph_needs_it() -> None:
    x = leaf(0, 0, 0)
    node = made(Pass, x.edge())
    end = node.next_functions[0][0]
    assert isinstance(end, AccumulateGrad)
    assert x.edge()[0] is end
    del node, end
    assert x._accumulator() is None


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("create", [False, True])
def test_a_gradient_that_a_user_gives_stays_the_users(create: bool) -> None:
    given, x = leaf(1, 2, 3).detach(), leaf(0, 0, 0)
    for y in (x, x + 0, x.view(3)):
        x.grad = None
        y.backward(given, create_graph=create)
        (found,) = tinygrad_loss.autograd.grad(y, x, given, create_graph=create, retain_graph=True)
        assert not np.shares_memory(x.grad.detach().numpy(), given.numpy())
        assert create or not np.shares_memory(found.numpy(), given.numpy())
        (x * 5).sum().backward()
        assert given.numpy().tolist() == [1.0, 2.0, 3.0]
        assert x.grad.detach().numpy().tolist() == [6.0, 7.0, 8.0]
