"""Writes the seeds of the fuzz targets: small files from the real libraries. Run it by hand; the seeds are kept.

Usage: .deps/venv/bin/python tests/fuzz/make_seeds.py
Made with torch 2.13.0, safetensors 0.8.0, numpy 2.4.6.
"""
import argparse
import collections
import io
import pathlib
import pickle
import struct
import tarfile
import tempfile
import warnings
import zipfile

import numpy
import safetensors.torch
import torch

STORAGE = 1000  # what the keys of storages begin with in tar files
SEEDS = pathlib.Path(__file__).resolve().parent / "seeds"


def keep(target, name, content):
    (SEEDS / target).mkdir(parents=True, exist_ok=True)
    (SEEDS / target / name).write_bytes(content)


def saved(value, **options):
    file = io.BytesIO()
    torch.save(value, file, **options)
    return file.getvalue()


def state_dict():
    torch.manual_seed(0)
    model = torch.nn.Sequential(torch.nn.Conv2d(1, 2, 1), torch.nn.BatchNorm2d(2))
    return model.state_dict()


def dtypes():
    names = ("float64 float32 float16 bfloat16 int64 int32 int16 int8 uint8 bool complex64 complex128 float8_e4m3fn "
             "float8_e5m2 uint16 uint32 uint64")
    return {name: torch.tensor([0, 1, 2]).to(getattr(torch, name)) for name in names.split()}


def views():
    base = torch.arange(24.0)
    return {"transposed": base.view(4, 6).t(), "slice": base[3:9:2], "shared": base[5:], "expanded": base[:1].expand(3, 2),
            "scalar": torch.tensor(1.5), "empty": torch.empty(0, 3), "parameter": torch.nn.Parameter(base[:2])}


def quantized():
    values = torch.tensor([[0.5, 1.0], [1.5, -1.0]])
    channels = torch.quantize_per_channel(values, torch.tensor([0.1, 0.2]), torch.tensor([0, 1]), 0, torch.qint8)
    return [torch.quantize_per_tensor(values, 0.1, 3, torch.quint8), channels]


def training():
    parameter = torch.nn.Parameter(torch.ones(2))
    optimizer = torch.optim.Adam([parameter])
    parameter.sum().backward()
    optimizer.step()
    return {"optimizer": optimizer.state_dict(), "args": argparse.Namespace(lr=0.1, name="x", sizes=[1, 2]), "epoch": 3,
            "best": numpy.float64(0.5), "history": numpy.arange(3.0), "size": torch.Size([1, 2]),
            "dtype": torch.float16, "device": torch.device("cpu"), "counts": collections.Counter("aab")}


def sparse():
    return torch.sparse_coo_tensor(torch.tensor([[0, 1]]), torch.ones(2), (2,))


def torch_seeds():
    objects = {"state_dict": state_dict(), "dtypes": dtypes(), "views": views(), "quantized": quantized(),
               "training": training(), "sparse": sparse()}
    for name, value in objects.items():
        archive = saved(value)
        keep("legacy", name, saved(value, _use_new_zipfile_serialization=False))
        with zipfile.ZipFile(io.BytesIO(archive)) as file:
            keep("pickle", name, file.read("archive/data.pkl"))
        if name in ("state_dict", "views", "training"):
            keep("zip", name, archive)
    torch.serialization.set_crc32_options(False)
    keep("zip", "no_checksums", saved(state_dict()))
    torch.serialization.set_crc32_options(True)
    script = io.BytesIO()
    torch.jit.save(torch.jit.script(torch.nn.Linear(1, 1)), script)
    for name, compression, force_zip64 in (("deflated", zipfile.ZIP_DEFLATED, False),
                                           ("zip64", zipfile.ZIP_STORED, True)):
        keep("zip", name, rezipped(saved(views()), compression, force_zip64))
    # Deflated because its code is larger than all else.
    keep("zip", "torchscript", rezipped(script.getvalue(), zipfile.ZIP_DEFLATED, False))


def rezipped(archive, compression, force_zip64):
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as source, zipfile.ZipFile(out, "w", compression) as target:
        for name in source.namelist():
            if name.endswith(".debug_pkl"):
                continue
            entry = zipfile.ZipInfo(name)
            entry.compress_type = compression
            with target.open(entry, "w", force_zip64=force_zip64) as record:
                record.write(source.read(name))
    return out.getvalue()


class TensorKeys(pickle.Pickler):
    """Names tensors by their number, as torch 0.1 did."""

    def __init__(self, file, tensors):
        super().__init__(file, 2)
        self.tensors = tensors

    def persistent_id(self, value):
        return self.tensors.setdefault(id(value), (len(self.tensors), value))[0] if torch.is_tensor(value) else None


def tar_seed(value):
    """What torch.save wrote before 0.2; torch.load still reads it."""
    tensors, content, storages, table = {}, io.BytesIO(), io.BytesIO(), io.BytesIO()
    TensorKeys(content, tensors).dump(value)
    pickle.dump(len(tensors), storages, 2)
    pickle.dump(len(tensors), table, 2)
    for key, tensor in tensors.values():
        numbers = tensor.untyped_storage()
        storage_class = {torch.float32: torch.FloatStorage, torch.int64: torch.LongStorage}[tensor.dtype]
        pickle.dump((STORAGE + key, "cpu", storage_class), storages, 2)
        storages.write(struct.pack("<q", len(numbers) // tensor.element_size()) + bytes(numbers))
        pickle.dump((key, STORAGE + key, getattr(torch, tensor.type().removeprefix("torch."))), table, 2)
        table.write(struct.pack("<ii", tensor.dim(), 0))
        for number in (*tensor.shape, *tensor.stride(), tensor.storage_offset()):
            table.write(struct.pack("<q", number))
    pickle.dump([(2 * STORAGE, STORAGE, 0, 2)], storages, 2)  # a view of the first storage
    out = io.BytesIO()
    info = pickle.dumps({"protocol_version": 1000, "little_endian": True}, 2)
    with tarfile.open(fileobj=out, mode="w:", format=tarfile.USTAR_FORMAT) as archive:
        for name, part in (("sys_info", info), ("pickle", content.getvalue()), ("tensors", table.getvalue()),
                           ("storages", storages.getvalue())):
            member = tarfile.TarInfo(name)
            member.size = len(part)
            archive.addfile(member, io.BytesIO(part))
    seed = out.getvalue()
    with tempfile.NamedTemporaryFile() as file:
        file.write(seed)
        file.flush()
        torch.load(file.name, weights_only=False)
    return seed.rstrip(b"\0") + bytes(2048)  # less padding


def tar_seeds():
    base = torch.arange(6.0)
    keep("tar", "views", tar_seed({"w": base.view(2, 3).t(), "shared": base[2:4], "count": torch.tensor(3), "epoch": 1}))
    keep("tar", "state_dict", tar_seed(collections.OrderedDict(state_dict())))


class Thing:
    def __init__(self):
        self.left, self.right = [1, (2.5, None)], {"key": {True, False}}


def pickle_seeds():
    shared = ["twice"]
    value = [Thing(), shared, shared, 1 << 70, -(1 << 63), "\u20ac\n\\", b"\x00\xff", bytearray(b"ab"), frozenset([1]),
             collections.OrderedDict(a=1), 1e300, -0.0, (), (1,), (1, 2), (1, 2, 3), (1, 2, 3, 4), complex(1, 2),
             numpy.float32(1.5), numpy.arange(4, dtype="int16").reshape(2, 2), Thing]
    for protocol in range(6):
        keep("pickle", f"protocol{protocol}", pickle.dumps(value, protocol=protocol))


def safetensors_seeds():
    keep("safetensors", "state_dict", safetensors.torch.save(state_dict(), {"format": "pt"}))
    values = {name: value for name, value in dtypes().items() if name != "complex128"}
    keep("safetensors", "dtypes", safetensors.torch.save(values))
    keep("safetensors", "empty", safetensors.torch.save({"scalar": torch.tensor(1.5), "empty": torch.empty(0, 3)}))


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    torch_seeds()
    tar_seeds()
    pickle_seeds()
    safetensors_seeds()
