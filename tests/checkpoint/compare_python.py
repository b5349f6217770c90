"""What torch.save and safetensors write is read back bit-equal, and what zoo writes opens in Python.

Usage: compare_python.py PROGRAM (checkpoint_dump).
"""
import argparse
import collections
import hashlib
import json
import pathlib
import pickle
import subprocess
import sys
import tempfile
import unittest
import warnings
import zipfile

import numpy
import safetensors.torch
import torch

PROGRAM = sys.argv.pop()
FLOATS = [torch.float64, torch.float32, torch.float16, torch.bfloat16, torch.float8_e4m3fn, torch.float8_e5m2]
INTEGERS = [torch.int64, torch.int32, torch.int16, torch.int8, torch.uint8, torch.uint16, torch.uint32, torch.uint64]
DTYPES = FLOATS + INTEGERS + [torch.bool, torch.complex64, torch.complex128]


def raw_bytes(tensor):
    """The elements in row-major order, as they lie in memory."""
    plain = tensor.detach().contiguous()
    return bytes(plain.reshape(-1).view(torch.uint8).numpy()) if plain.numel() else b""


def random_tensor(dtype, *shape):
    count = int(numpy.prod(shape)) * dtype.itemsize
    data = torch.randint(0, 2 if dtype == torch.bool else 256, (max(count, 1),), dtype=torch.uint8)[:count]
    return data.view(dtype).reshape(shape) if count else torch.empty(shape, dtype=dtype)


def dump(*paths):
    lines = subprocess.run([PROGRAM, *map(str, paths)], check=True, capture_output=True, text=True).stdout.splitlines()
    return [json.loads(line) for line in lines]


class Checkpoints(unittest.TestCase):
    def setUp(self):
        torch.manual_seed(1)
        warnings.simplefilter("ignore")  # torch calls quantization and TorchScript deprecated
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def save(self, what, name="file.pth", **options):
        path = self.folder / name
        torch.save(what, path, **options)
        return path

    def every_way(self, what):
        """The file by both encodings and every protocol that torch.save takes."""
        for protocol in (1, 2, 3, 4, 5):
            yield self.save(what, f"zip{protocol}.pth", pickle_protocol=protocol)
            yield self.save(what, f"legacy{protocol}.pth", pickle_protocol=protocol,
                            _use_new_zipfile_serialization=False)

    def check(self, found, tensors, strides=True):
        self.assertNotIn("error", found)
        self.assertEqual(set(found["tensors"]), set(tensors))
        for name, tensor in tensors.items():
            with self.subTest(tensor=name):
                seen = found["tensors"][name]
                self.assertEqual(f"torch.{seen['dtype']}", str(tensor.dtype))
                self.assertEqual(seen["shape"], list(tensor.shape))
                self.assertEqual(seen["sha256"], hashlib.sha256(raw_bytes(tensor)).hexdigest())
                if strides:
                    self.assertEqual(seen["stride"], list(tensor.stride()))
                    self.assertEqual(seen["offset"], tensor.storage_offset())

    def test_every_dtype_in_every_encoding(self):
        tensors = {str(dtype): random_tensor(dtype, 3, 5) for dtype in DTYPES}
        for path in self.every_way(tensors):
            with self.subTest(path=path.name):
                self.check(dump(path)[0], tensors)

    def test_shapes_strides_and_sharing(self):
        base = torch.randn(4, 6, 5)
        tensors = {"base": base, "transposed": base.permute(2, 0, 1), "slice": base[1:3, ::2, 4], "scalar": base[3, 5, 4],
                   "expanded": torch.randn(3, 1).expand(3, 7), "empty": torch.empty(0, 3), "zero": torch.tensor(7),
                   "parameter": torch.nn.Parameter(torch.randn(2, 2)), "nan": torch.tensor([float("nan"), float("-inf")]),
                   "channels_last": torch.randn(2, 3, 4, 5).to(memory_format=torch.channels_last)}
        for path in self.every_way(tensors):
            with self.subTest(path=path.name):
                self.check(dump(path)[0], tensors)

    def test_a_tensor_alone_and_in_lists(self):
        tensor = torch.randn(3)
        self.check(dump(self.save(tensor))[0], {"": tensor})
        self.check(dump(self.save([tensor, (tensor, {"a": tensor})]))[0], {"[0]": tensor, "[1][0]": tensor, "[1][1].a": tensor})

    def test_quantized_tensors_give_their_integers(self):
        tensor = torch.quantize_per_tensor(torch.randn(4, 5), 0.1, 3, torch.qint8)
        channels = torch.quantize_per_channel(torch.randn(4, 5), torch.rand(4), torch.zeros(4, dtype=torch.int64), 0,
                                              torch.quint8)
        found = dump(self.save({"t": tensor, "c": channels}))[0]
        for name, quantized in (("t", tensor), ("c", channels)):
            self.assertEqual(found["tensors"][name]["sha256"], hashlib.sha256(raw_bytes(quantized.int_repr())).hexdigest())
            self.assertEqual(f"torch.{found['tensors'][name]['dtype']}", str(quantized.dtype))

    def test_sparse_tensors_are_refused(self):
        self.assertIn("_rebuild_sparse_tensor", dump(self.save({"s": torch.eye(3).to_sparse()}))[0]["error"])

    def test_a_training_checkpoint(self):
        model = torch.nn.Sequential(torch.nn.Conv2d(3, 4, 3), torch.nn.BatchNorm2d(4))
        optimizer = torch.optim.Adam(model.parameters())
        schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 10)
        model(torch.randn(2, 3, 8, 8)).sum().backward()
        optimizer.step()
        args = argparse.Namespace(lr=0.1, name="süß", sizes=[1, 2], path=pathlib.PurePosixPath("a/b"))
        what = {"state_dict": model.state_dict(), "optimizer": optimizer.state_dict(), "scheduler": schedule.state_dict(),
                "args": args, "best": numpy.float64(91.25), "f4": numpy.float32(0.5), "i": numpy.int64(-3),
                "flag": numpy.bool_(True), "size": torch.Size([1, 2]), "dtype": torch.float16,
                "device": torch.device("cuda:1"), "big": 2**70, "none": None, "set": {1}, "bytes": b"\xff",
                "default": collections.defaultdict(int, a=1), "array": numpy.arange(3)}
        for path in self.every_way(what):
            with self.subTest(path=path.name):
                found = dump(path)[0]
                tensors = {f"state_dict.{name}": tensor for name, tensor in model.state_dict().items()}
                for index, state in optimizer.state_dict()["state"].items():
                    tensors |= {f"optimizer.state.{index}.{name}": tensor for name, tensor in state.items()}
                self.check(found, tensors)
                values = found["values"]
                self.assertEqual((values["best"], values["f4"], values["i"], values["flag"]), (91.25, 0.5, -3, True))
                self.assertEqual(values["size"], [1, 2])
                self.assertEqual(values["dtype"]["class"], "torch.float16")
                self.assertEqual(values["device"], {"class": "torch.device", "args": ["cuda", 1], "state": None})
                self.assertEqual(values["args"]["class"], "argparse.Namespace")
                self.assertEqual({key: values["args"]["state"][key] for key in ("lr", "name", "sizes")},
                                 {"lr": 0.1, "name": "süß", "sizes": [1, 2]})
                self.assertEqual(int(values["big"]["args"][0], 0), 2**70)
                self.assertEqual(values["default"], {"a": 1})
                self.assertEqual(values["bytes"], "bytes")
                self.assertIn("argparse.Namespace", found["globals"])

    def test_a_whole_module_lists_its_state_dict(self):
        model = torch.nn.Sequential(collections.OrderedDict(conv=torch.nn.Conv2d(3, 4, 3), bn=torch.nn.BatchNorm2d(4)))
        for path in self.every_way(model):
            with self.subTest(path=path.name):
                self.check(dump(path)[0], model.state_dict())

    def test_torchscript_tensors_open(self):
        model = torch.nn.Sequential(torch.nn.Conv2d(3, 4, 3), torch.nn.BatchNorm2d(4))
        path = self.folder / "script.pt"
        torch.jit.script(model).save(str(path))
        self.check(dump(path)[0], model.state_dict())

    def test_repacked_zips(self):
        tensors = {"a": torch.randn(50, 50), "b": torch.arange(10)}
        source = self.save(tensors)
        for name, method in (("stored.zip", zipfile.ZIP_STORED), ("deflated.zip", zipfile.ZIP_DEFLATED)):
            with zipfile.ZipFile(source) as old, zipfile.ZipFile(self.folder / name, "w", method) as new:
                for record in old.namelist():
                    new.writestr(record, old.read(record))
            self.check(dump(self.folder / name)[0], tensors)

    def test_without_checksums(self):
        self.addCleanup(torch.serialization.set_crc32_options, torch.serialization.get_crc32_options())
        torch.serialization.set_crc32_options(False)
        tensors = {"a": torch.randn(5)}
        self.check(dump(self.save(tensors))[0], tensors)

    def test_a_plain_pickle_is_refused(self):
        path = self.folder / "plain.pkl"
        path.write_bytes(pickle.dumps({"a": numpy.arange(3)}))
        self.assertIn("a Python pickle that torch did not write", dump(path)[0]["error"])

    def test_safetensors_of_python_open(self):
        tensors = {str(dtype): random_tensor(dtype, 3, 5) for dtype in DTYPES if dtype != torch.complex128}
        tensors |= {"zero": torch.tensor(7), "empty": torch.empty(0, 3), 'é"\n': torch.randn(2)}
        path = self.folder / "file.safetensors"
        safetensors.torch.save_file(tensors, path, metadata={"format": "pt", "a": "b"})
        found = dump(path)[0]
        self.check(found, tensors)
        self.assertEqual(found["metadata"], {"format": "pt", "a": "b"})

    def test_zoo_writes_the_bytes_that_python_writes(self):
        tensors = {str(dtype): random_tensor(dtype, 3, 5) for dtype in DTYPES if dtype != torch.complex128}
        tensors |= {"zero": torch.tensor(7), "empty": torch.empty(0, 3), 'é"\n\x01': torch.randn(2),
                    "transposed": torch.randn(4, 6).t()}
        written, expected = self.folder / "written.safetensors", self.folder / "expected.safetensors"
        subprocess.run([PROGRAM, "--rewrite", self.save(tensors), written], check=True)
        safetensors.torch.save_file({name: t.contiguous() for name, t in tensors.items()}, expected, metadata={"format": "pt"})
        self.assertEqual(written.read_bytes(), expected.read_bytes())
        loaded = safetensors.torch.load_file(written)
        for name, tensor in tensors.items():
            self.assertEqual(raw_bytes(loaded[name]), raw_bytes(tensor), name)


if __name__ == "__main__":
    unittest.main()
