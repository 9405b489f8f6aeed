"""Files: read by PyTorch and from PyTorch, with shared memory, and never a source of code or of surprises."""

from __future__ import annotations

import contextlib
import io
import os
import pickle
import random
import struct
import zipfile
from collections import Counter, OrderedDict
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tinygrad_loss as ours
from tinygrad_loss._pt_reader import Reader

REFUSALS = (RuntimeError, pickle.UnpicklingError, EOFError)


def everything(torch: Any) -> dict[str, Any]:
    """One of each that a file can hold."""
    weights = OrderedDict([("weight", torch.ones(2)), ("bias", torch.zeros(1))])
    weights._metadata = {"": {"version": 1}}  # type: ignore[attr-defined]
    kinds = ("float64", "float32", "float16", "int64", "int32", "int16", "int8", "uint8", "bool")
    return {
        "matrix": torch.arange(6.0).reshape(2, 3),
        "transposed": torch.from_numpy(np.arange(6).reshape(2, 3).T),
        "number": torch.tensor(2.5),
        "empty": torch.zeros(0, 3),
        "weights": weights,
        "plain": [1, 2.5, "é", None, True, (1,), (), b"ab", 2**70, -1, float("inf"), 1j, {3, 4}, {"a": {1: [2]}}],
        "parameters": [torch.nn.Parameter(torch.ones(2)), torch.nn.Parameter(torch.ones(2), requires_grad=False)],
        "types": (torch.Size([2, 3]), torch.device("cpu"), torch.int64, torch.bool, torch.strided),
        "counts": Counter("aab"),
        "dtypes": [torch.ones(2, dtype=getattr(torch, kind)) for kind in kinds],
        "leaf": torch.ones(2, requires_grad=True),
    }


def show(value: Any) -> str:
    return repr(value).replace("tinygrad_loss.", "torch.")


def saved(obj: Any, torch: Any = ours) -> bytes:
    file = io.BytesIO()
    torch.save(obj, file)
    return file.getvalue()


def loaded(content: bytes, torch: Any = ours, **options: Any) -> Any:
    return torch.load(io.BytesIO(content), **options)


def archive(pickled: bytes, records: dict[str, bytes] | None = None, compression: int = zipfile.ZIP_STORED) -> bytes:
    """A file with this pickle."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as zipped:
        for name, content in {"data.pkl": pickled, "version": b"3\n", **(records or {})}.items():
            zipped.writestr(f"archive/{name}", content)
    return file.getvalue()


def records_of(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as zipped:
        return {info.filename.split("/", 1)[1]: zipped.read(info) for info in zipped.infolist()}


def tensor_pickle(
    numel: int = 6, offset: int = 0, size: Any = (2, 3), stride: Any = (3, 1), kind: bytes = b"FloatStorage"
) -> bytes:
    """The pickle of one tensor, with any numbers in it."""

    def number(value: int) -> bytes:
        return b"\x8a" + bytes([len(value.to_bytes(9, "little", signed=True))]) + value.to_bytes(9, "little", signed=True)

    def numbers(values: Any) -> bytes:
        return b"(" + b"".join(map(number, values)) + b"t"

    storage = b"(X\x07\0\0\0storagectorch\n" + kind + b"\nX\x01\0\0\x000X\x03\0\0\0cpu" + number(numel) + b"tQ"
    return (
        b"\x80\x02ctorch._utils\n_rebuild_tensor_v2\n(" + storage + number(offset) + numbers(size) + numbers(stride) + b"\x89)tR."
    )


# Both ways


def test_round_trip() -> None:
    assert show(loaded(saved(everything(ours)))) == show(everything(ours))
    assert loaded(saved(everything(ours)))["weights"]._metadata == {"": {"version": 1}}
    assert saved(everything(ours)) == saved(everything(ours))


LARGE = [b"\xff" * 5000, bytearray(b"\xff" * 5000), bytearray(), set(range(3000)), Counter(range(500)), "x" * 70_000, {(1, (2, None)): 3}]


@pytest.mark.parametrize("value", LARGE, ids=[type(value).__name__ for value in LARGE])
def test_plain_values(value: Any) -> None:
    assert loaded(saved(value)) == value


@pytest.mark.torch
@pytest.mark.parametrize("value", LARGE, ids=[type(value).__name__ for value in LARGE])
def test_plain_values_both_ways(value: Any, torch: Any) -> None:
    assert loaded(saved(value), torch) == value
    assert loaded(saved(value, torch)) == value


@pytest.mark.torch
def test_pytorch_reads_ours(torch: Any) -> None:
    assert show(loaded(saved(everything(ours)), torch)) == show(everything(torch))


@pytest.mark.torch
def test_we_read_pytorchs(torch: Any) -> None:
    assert show(loaded(saved(everything(torch), torch))) == show(everything(ours))


@pytest.mark.torch
def test_pytorch_maps_our_files_into_memory(torch: Any, tmp_path: Path) -> None:
    ours.save(everything(ours), tmp_path / "a.pt")
    assert show(torch.load(tmp_path / "a.pt", mmap=True)) == show(everything(torch))


@pytest.mark.torch
def test_attributes_of_tensors_in_pytorchs_files(torch: Any) -> None:
    parameter, tensor = torch.nn.Parameter(torch.ones(2)), torch.ones(2)
    parameter.note, tensor.note = "p", "t"
    assert [one.note for one in loaded(saved([parameter, tensor], torch))] == ["p", "t"]


@pytest.mark.torch
@pytest.mark.parametrize("made_by", ["ours", "torch"])
def test_a_model_and_its_optimizer_change_libraries(made_by: str, torch: Any) -> None:
    first, second = (ours, torch) if made_by == "ours" else (torch, ours)
    kept, outputs = None, []
    for module in (first, second):
        module.manual_seed(4)
        net = module.nn.Linear(3, 2)
        optimizer = module.optim.Adam(net.parameters(), lr=0.1)
        if kept is not None:
            state = loaded(kept, module)
            net.load_state_dict(state["net"])
            optimizer.load_state_dict(state["optimizer"])
        for _ in range(3):
            optimizer.zero_grad()
            net(module.ones(4, 3)).pow(2).sum().backward()
            optimizer.step()
            if kept is None:
                kept = saved({"net": net.state_dict(), "optimizer": optimizer.state_dict()}, module)
                net.load_state_dict(loaded(kept, module)["net"])
        outputs.append(net(module.ones(1, 3)).tolist())
    # The first library took three steps, the second three more from the first one's first.
    again = loaded(kept, first)  # type: ignore[arg-type]
    net = first.nn.Linear(3, 2)
    optimizer = first.optim.Adam(net.parameters(), lr=0.1)
    net.load_state_dict(again["net"])
    optimizer.load_state_dict(again["optimizer"])
    for _ in range(3):
        optimizer.zero_grad()
        net(first.ones(4, 3)).pow(2).sum().backward()
        optimizer.step()
    np.testing.assert_allclose(net(first.ones(1, 3)).tolist(), outputs[1], rtol=1e-5)


def test_shared_memory_stays_shared() -> None:
    whole = ours.arange(12.0).reshape(3, 4)
    parameter = ours.nn.Parameter(ours.ones(3))
    content = saved([whole, whole[1:], whole.T, whole.data, parameter, parameter.data])
    assert sorted(name for name in records_of(content) if name.startswith("data/")) == ["data/0", "data/1"]
    first, rows, turned, data, parameter, values = loaded(content)
    first.fill_(7)
    parameter.data.fill_(9)
    assert rows.tolist() == [[7.0] * 4] * 2
    assert turned.tolist() == [[7.0] * 3] * 4
    assert data.tolist() == [[7.0] * 4] * 3
    assert values.tolist() == [9.0] * 3
    assert records_of(saved(loaded(content))).keys() == records_of(content).keys()


def test_the_same_parameter_twice_stays_one() -> None:
    parameter = ours.nn.Parameter(ours.ones(3))
    first, second = loaded(saved([parameter, parameter]))
    assert first is second


def test_broadcast_tensors_take_no_room() -> None:
    content = saved(ours.from_numpy(np.zeros(1)).expand(1000))
    assert len(records_of(content)["data/0"]) == 8
    assert loaded(content).shape == (1000,)


def test_other_byte_order() -> None:
    records = {"data/0": np.arange(6, dtype=">f4").tobytes(), "byteorder": b"big"}
    assert loaded(archive(tensor_pickle(), records)).tolist() == [[0, 1, 2], [3, 4, 5]]


def test_records_are_aligned() -> None:
    content = saved(everything(ours))
    with zipfile.ZipFile(io.BytesIO(content)) as zipped:
        for info in zipped.infolist():
            name, extra = struct.unpack("<HH", content[info.header_offset + 26 : info.header_offset + 30])
            assert (info.header_offset + 30 + name + extra) % 64 == 0


# Where to, where from


def test_paths(tmp_path: Path) -> None:
    for path in (str(tmp_path / "a.pt"), tmp_path / "b.pth"):
        ours.save({"a": ours.ones(2)}, path)
        assert ours.load(path, weights_only=True, map_location="cpu")["a"].tolist() == [1.0, 1.0]
    umask = os.umask(0o027)
    try:
        ours.save(1, tmp_path / "mode.pt")
    finally:
        os.umask(umask)
    assert (tmp_path / "mode.pt").stat().st_mode & 0o777 == 0o640


def test_links_are_followed(tmp_path: Path) -> None:
    ours.save(1, tmp_path / "a.pt")
    (tmp_path / "link.pt").symlink_to(tmp_path / "a.pt")
    ours.save(2, tmp_path / "link.pt")
    assert (tmp_path / "link.pt").is_symlink()
    assert ours.load(tmp_path / "a.pt") == 2


def test_an_interrupted_save_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "a.pt"
    ours.save(1, path)
    with pytest.raises((AttributeError, pickle.PicklingError)):
        ours.save([ours.ones(3), lambda: None], path)
    assert ours.load(path) == 1
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.pt"]


def test_a_device_is_not_replaced() -> None:
    ours.save(1, os.devnull)
    assert not Path(os.devnull).is_file()


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda folder: ours.save(1, folder / "no" / "a.pt"), RuntimeError, "Parent directory"),
        (lambda folder: ours.save(1, folder), RuntimeError, "Is a directory"),
        (lambda folder: ours.save(1, 5), AttributeError, "'write' attribute"),
        (lambda folder: ours.load(5), AttributeError, "seekable"),
        (lambda folder: ours.load(folder / "no.pt"), FileNotFoundError, "No such file"),
        (lambda folder: ours.load(folder), IsADirectoryError, "Is a directory"),
        (lambda folder: ours.save([ours.ones(1)], folder / "a.safetensors"), TypeError, "one dictionary of named tensors"),
    ],
)
def test_places_that_cannot_be(call: Any, error: type[Exception], words: str, tmp_path: Path) -> None:
    if "safetensors" in words:
        pytest.importorskip("safetensors")
    with pytest.raises(error, match=words):
        call(tmp_path)


def test_map_location() -> None:
    elsewhere = archive(tensor_pickle().replace(b"\x03\0\0\0cpu", b"\x06\0\0\0cuda:0"), {"data/0": bytes(24)})
    with pytest.raises(RuntimeError, match="Attempting to deserialize object on a CUDA device"):
        loaded(elsewhere)
    for place in ("cpu", ours.device("cpu"), {"cuda:0": "cpu"}, lambda storage, location: storage):
        assert loaded(elsewhere, map_location=place).shape == (2, 3)
    with pytest.raises(AssertionError, match="not compiled with CUDA"):
        loaded(saved(ours.ones(1)), map_location="cuda")


# Files that are not what they should be


def test_code_is_refused_by_name() -> None:
    bomb = b"\x80\x02cposix\nsystem\nX\x04\0\0\0true\x85R."
    with pytest.raises(pickle.UnpicklingError, match=r"posix.system .* names code, and load\(\) runs none"):
        loaded(archive(bomb), weights_only=False)


@pytest.mark.filterwarnings("ignore:save")
def test_a_whole_model_says_to_save_its_state_dict() -> None:
    with pytest.raises(pickle.UnpicklingError, match=r"Linear .*torch.save\(model.state_dict\(\), path\)"):
        loaded(saved(ours.nn.Linear(2, 3)), weights_only=False)


@pytest.mark.torch
def test_a_whole_model_of_pytorch_is_refused(torch: Any) -> None:
    with pytest.raises(pickle.UnpicklingError, match=r"torch.nn.modules.linear.Linear .*state_dict"):
        loaded(saved(torch.nn.Linear(2, 3), torch))


def test_what_cannot_be_read_again_is_said_when_saved() -> None:
    with pytest.warns(UserWarning, match=r"numpy.float64.*load\(\) runs none"):
        content = saved({"accuracy": np.float64(0.5)})
    with pytest.raises(pickle.UnpicklingError, match=r"save float\(x\)"):
        loaded(content)


@pytest.mark.torch
@pytest.mark.parametrize("dtype", ["bfloat16", "complex64", "uint16"])
def test_unknown_dtypes_are_named(dtype: str, torch: Any) -> None:
    with pytest.raises(REFUSALS, match="unknown here"):
        loaded(saved(torch.ones(2).to(getattr(torch, dtype)), torch))


HOSTILE = {
    "a number where a storage should be": (
        b"\x80\x02ctorch._utils\n_rebuild_tensor_v2\n(K\x01K\0K\x01\x85K\x01\x85\x89)tR.",
        "instead of a storage",
    ),
    "more numbers than bytes": (tensor_pickle(numel=7), "were announced"),
    "very many numbers": (tensor_pickle(numel=2**60), "were announced"),
    "beyond the end": (tensor_pickle(offset=1), "wrong sizes"),
    "a huge tensor": (tensor_pickle(size=(2**40, 2**20)), "wrong sizes"),
    "a negative size": (tensor_pickle(size=(-2, 3)), "wrong sizes"),
    "a negative step": (tensor_pickle(stride=(-3, 1)), "wrong sizes"),
    "sizes without steps": (tensor_pickle(stride=()), "wrong sizes"),
    "an unknown dtype": (tensor_pickle(kind=b"BFloat16Storage"), "BFloat16 numbers"),
    "no class of storage": (tensor_pickle(kind=b"Tensor"), "describes a storage as"),
    "a place in the memo far away": (b"\x80\x02]r\xff\xff\xff\xffh\x00.", "damaged"),
    "an endless string": (b"\x80\x02X\xff\xff\xff\x7fabc.", "damaged"),
    "a call of a string": (b"\x80\x02X\x01\0\0\0a)R.", "reduce"),
    "a tensor's attributes": (
        tensor_pickle()[:-1] + b"}X\x05\0\0\0_datacXXX".replace(b"cXXX", b"K\x01") + b"sb.",
        "Can only build OrderedDict",
    ),
    "a changed function": (b"\x80\x02ctorch\nSize\n}X\x04\0\0\0makeK\x01sb.", "Can only build OrderedDict"),
    "an object of a class": (b"\x80\x02ccollections\nOrderedDict\n)\x81.", "damaged"),
    "a tensor class called": (b"\x80\x02ctorch\nTensor\n)R.", "not called"),
    "an opcode of no use": (b"\x80\x02\x96\xff\xff\xff\xff\xff\xff\xff\x7f.", "damaged"),
    "another pickle": (b"\x80\x63.", "damaged"),
    "nothing": (b"", "damaged"),
    "text in another code": (b"\x80\x02c_codecs\nencode\nX\x01\0\0\0aX\x03\0\0\0rot\x86R.", "latin1"),
    "a key of tuples in tuples": (b"\x80\x02})" + b"\x85" * 10**6 + b"Ns.", "a key has more than"),
    "a key that doubles": (b"\x80\x02}()" + b"q\x00h\x00\x86" * 64 + b"Nu.", "a key has more than"),
    "a set of tuples in tuples": (b"\x80\x02c__builtin__\nset\n])" + b"\x85" * 10**6 + b"a\x85R.", "a key has more than"),
    "a storage that doubles": (b"\x80\x02)" + b"q\x00h\x00\x86" * 64 + b"Q.", r"describes a storage as \(\("),
    "a function that doubles": (b"\x80\x02)" + b"q\x00h\x00\x86" * 64 + b")R.", "reduce"),
    "a storage's number that is none": (tensor_pickle().replace(b"X\x01\0\0\x000", b"K\x00"), "describes a storage as"),
    "a bytearray of a number": (b"\x80\x02c__builtin__\nbytearray\nJ\xff\xff\xff\x7f\x85R.", "damaged"),
    "a bytearray of a list": (b"\x80\x02c__builtin__\nbytearray\n]\x85R.", "made of bytes"),
    "a name from another torch": (b"\x80\x02ctorch\nload\n.", "torch.load .* names code"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_pickles(name: str) -> None:
    pickled, words = HOSTILE[name]
    with pytest.raises(REFUSALS, match=words):
        loaded(archive(pickled, {"data/0": bytes(24)}))


def test_copies_of_copies_are_limited() -> None:
    # A few bytes that ask for a large string again and again.
    encode = b"c_codecs\nencode\nq\x00X" + struct.pack("<I", 4000) + b"a" * 4000 + b"q\x01X\x06\0\0\0latin1q\x02\x86R0"
    again = b"h\x00h\x01h\x02\x86R0"
    with pytest.raises(RuntimeError, match="more memory than its size warrants"):
        loaded(archive(b"\x80\x02" + encode + again * 5000 + b"N."))


def test_the_reader_has_only_what_it_needs() -> None:
    refused = ("INST", "OBJ", "NEWOBJ", "NEWOBJ_EX", "EXT1", "EXT2", "EXT4", "PERSID", "BYTEARRAY8", "DUP")
    assert not [name for name in refused if getattr(pickle, name)[0] in Reader.dispatch]


def test_compressed_records_are_refused() -> None:
    with pytest.raises(RuntimeError, match="larger than the file"):
        loaded(archive(tensor_pickle(numel=10**6), {"data/0": bytes(4 * 10**6)}, zipfile.ZIP_DEFLATED))
    with pytest.raises(RuntimeError, match="compressed"):
        loaded(archive(b"N.", {"filler": os.urandom(10**4)}, zipfile.ZIP_DEFLATED))


def test_records_that_are_missing() -> None:
    with pytest.raises(RuntimeError, match="failed locating file data/0"):
        loaded(archive(tensor_pickle()))
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w"):
        pass
    with pytest.raises(RuntimeError, match="failed locating file"):
        loaded(file.getvalue())
    with pytest.raises(RuntimeError, match="TorchScript"):
        loaded(archive(b"N.", {"constants.pkl": b"N."}))


def test_one_record_of_two_dtypes() -> None:
    one = tensor_pickle()[2:-1]
    two = tensor_pickle(kind=b"IntStorage")[2:-1]
    with pytest.raises(RuntimeError, match="announced as float32 and as int32"):
        loaded(archive(b"\x80\x02" + one + two + b"\x86.", {"data/0": bytes(24)}))


@pytest.mark.parametrize(
    ("content", "error", "words"),
    [
        (b"", EOFError, "Ran out of input"),
        (b"hello", pickle.UnpicklingError, "invalid load key, 'h'"),
        (b"PK\x03\x04 and no more", RuntimeError, "failed finding central directory"),
        (b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.\x80\x02", RuntimeError, "before PyTorch 1.6"),
    ],
)
def test_other_files(content: bytes, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        loaded(content)


def test_damage_is_noticed() -> None:
    content = bytearray(saved(ours.arange(1000.0)))
    content[content.index(np.arange(1000, dtype=np.float32).tobytes()) + 40] ^= 1
    with pytest.raises(RuntimeError, match="damaged"):
        loaded(bytes(content))


def test_every_cut_and_many_flips_end_in_a_clear_error_or_the_truth() -> None:
    content, expected = saved(everything(ours)), show(everything(ours))
    rng = random.Random(0)
    for length in range(len(content)):
        with pytest.raises(REFUSALS):
            loaded(content[:length])
    for _ in range(600):
        broken = bytearray(content)
        broken[rng.randrange(len(broken))] ^= 1 << rng.randrange(8)
        with contextlib.suppress(*REFUSALS):
            assert show(loaded(bytes(broken))) == expected


def test_pickles_gone_wrong_end_in_a_clear_error() -> None:
    records = records_of(saved(everything(ours)))
    pickled = records.pop("data.pkl")
    rng = random.Random(0)
    for _ in range(1500):
        broken = bytearray(pickled)
        for _ in range(rng.choice((1, 1, 3))):
            broken[rng.randrange(len(broken))] = rng.randrange(256)
        with contextlib.suppress(*REFUSALS):
            loaded(archive(bytes(broken), records))


# safetensors


def test_safetensors(tmp_path: Path) -> None:
    library = pytest.importorskip("safetensors.numpy")
    path = tmp_path / "a.safetensors"
    tensors = {"w": ours.nn.Parameter(ours.arange(6.0).reshape(2, 3)), "t": ours.ones(2, 3).T, "n": ours.tensor([True])}
    ours.save(tensors, path)
    found = ours.load(path)
    assert {name: value.tolist() for name, value in found.items()} == {name: value.tolist() for name, value in tensors.items()}
    assert library.load_file(path)["w"].tolist() == tensors["w"].tolist()
    found["w"].fill_(1)
    content = path.read_bytes()
    path.write_bytes(content[:-3])
    with pytest.raises(RuntimeError, match="no whole safetensors file"):
        ours.load(path)
    library.save_file({"a": np.ones(2, np.uint16)}, path)
    with pytest.raises(RuntimeError, match="uint16, which is unknown here"):
        ours.load(path)


@pytest.mark.torch
def test_safetensors_of_pytorch(torch: Any, tmp_path: Path) -> None:
    library = pytest.importorskip("safetensors.torch")
    library.save_file({"a": torch.ones(2, 3)}, tmp_path / "a.safetensors")
    assert ours.load(tmp_path / "a.safetensors")["a"].tolist() == [[1.0] * 3] * 2
    ours.save({"a": ours.ones(2)}, tmp_path / "b.safetensors")
    assert library.load_file(tmp_path / "b.safetensors")["a"].tolist() == [1.0, 1.0]


def test_safetensors_names_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "safetensors.numpy", None)
    with pytest.raises(ImportError, match=r"tinygrad_loss\[safetensors\]"):
        ours.save({"a": ours.ones(2)}, tmp_path / "a.safetensors")
