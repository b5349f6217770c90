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
import unittest
import zipfile

import numpy
import safetensors.torch
import torch

from torch_case import TorchCase, bits, random_tensor

PROGRAM = sys.argv.pop()
FLOATS = [torch.float64, torch.float32, torch.float16, torch.bfloat16, torch.float8_e4m3fn, torch.float8_e5m2,
          torch.float8_e4m3fnuz, torch.float8_e5m2fnuz, torch.float8_e8m0fnu]
INTEGERS = [torch.int64, torch.int32, torch.int16, torch.int8, torch.uint8, torch.uint16, torch.uint32, torch.uint64]
DTYPES = FLOATS + INTEGERS + [torch.bool, torch.complex64]
TORCH_DTYPES = DTYPES + [torch.complex32, torch.complex128, torch.float4_e2m1fn_x2]  # safetensors has none of these


def dump(*paths):
    lines = subprocess.run([PROGRAM, *map(str, paths)], check=True, capture_output=True, text=True).stdout.splitlines()
    return [json.loads(line) for line in lines]


class Checkpoints(TorchCase):
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
                self.assertEqual(seen["sha256"], hashlib.sha256(bits(tensor)).hexdigest())
                if strides:
                    self.assertEqual(seen["stride"], list(tensor.stride()))
                    self.assertEqual(seen["offset"], tensor.storage_offset())

    def test_every_dtype_in_every_encoding(self):
        tensors = {str(dtype): random_tensor(dtype, 3, 5) for dtype in TORCH_DTYPES}
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

    def test_quantized_tensors_give_integers_scales_and_zero_points(self):
        whole = torch.quantize_per_tensor(torch.randn(4, 5), 0.1, 3, torch.qint8)
        scales, zero_points = torch.rand(5, dtype=torch.float64), torch.tensor([0, 1, 2, 3, -4])
        channels = torch.quantize_per_channel(torch.randn(4, 5), scales, zero_points, 1, torch.qint32)
        floating = torch.quantize_per_channel(torch.randn(4, 5), torch.rand(4), torch.rand(4), 0, torch.quint8)
        for path in self.every_way({"whole": whole, "channels": channels, "floating": floating}):
            with self.subTest(path=path.name):
                found = dump(path)[0]["tensors"]
                self.assertEqual(set(found), {"whole", "channels", "floating"})
                for name, tensor in (("whole", whole), ("channels", channels), ("floating", floating)):
                    self.assertEqual(found[name]["sha256"], hashlib.sha256(bits(tensor.int_repr())).hexdigest())
                    self.assertEqual(f"torch.{found[name]['dtype']}", str(tensor.dtype))
                self.assertEqual(found["whole"]["quantizer"], [0.1, 3])
                for name, tensor, axis in (("channels", channels, 1), ("floating", floating, 0)):
                    parts = found[name]["quantizer"]
                    self.assertEqual(parts[2], axis)
                    for part, expected in zip(parts, (tensor.q_per_channel_scales(), tensor.q_per_channel_zero_points())):
                        self.assertEqual(f"torch.{part['dtype']}", str(expected.dtype))
                        self.assertEqual(part["sha256"], hashlib.sha256(bits(expected)).hexdigest())

    def test_sparse_tensors_open_as_their_parts(self):
        dense = torch.tensor([[0, 1.5, 0, 0], [2.5, 0, 0, 0]])
        coo, csr, csc = dense.to_sparse().coalesce(), dense.to_sparse_csr(), dense.to_sparse_csc()
        bsr = dense.to_sparse_bsr((1, 2))
        tensors = {"coo.indices": coo.indices(), "coo.values": coo.values(),
                   "csr.crow_indices": csr.crow_indices(), "csr.col_indices": csr.col_indices(), "csr.values": csr.values(),
                   "csc.ccol_indices": csc.ccol_indices(), "csc.row_indices": csc.row_indices(), "csc.values": csc.values(),
                   "bsr.crow_indices": bsr.crow_indices(), "bsr.col_indices": bsr.col_indices(), "bsr.values": bsr.values()}
        for path in self.every_way({"coo": coo, "csr": csr, "csc": csc, "bsr": bsr}):
            with self.subTest(path=path.name):
                found = dump(path)[0]
                self.check(found, tensors)
                self.assertEqual(found["values"]["coo"]["class"], "torch.sparse_coo_tensor")
                self.assertEqual(found["values"]["coo"]["state"]["size"], [2, 4])

    def test_nested_and_meta_tensors_are_refused(self):
        nested = torch.nested.nested_tensor([torch.ones(2), torch.ones(3)])
        self.assertIn("_rebuild_nested_tensor", dump(self.save({"n": nested}))[0]["error"])
        self.assertIn("_rebuild_meta_tensor", dump(self.save({"m": torch.empty(3, device="meta")}))[0]["error"])

    def test_numpy_arrays_are_tensors_where_their_dtype_is_plain(self):
        arrays = {dtype: numpy.arange(6).reshape(2, 3).astype(dtype)
                  for dtype in ("bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float16",
                                "float32", "float64", "complex64", "complex128")}
        arrays |= {"fortran": numpy.asfortranarray(numpy.arange(6).reshape(2, 3)), "slice": numpy.arange(9)[::2],
                   "empty": numpy.empty((0, 3)), "zero": numpy.array(2.5)}
        opaque = {"objects": numpy.array([None, 1]), "texts": numpy.array(["a"]), "big": numpy.arange(3, dtype=">i4"),
                  "dates": numpy.array(["2020-01-01"], dtype="M8[D]"), "records": numpy.zeros(2, dtype="i4,f4")}
        tensors = {name: torch.from_numpy(array.copy()) for name, array in arrays.items()}
        tensors["again"] = tensors["zero"]
        for path in self.every_way(arrays | opaque | {"again": arrays["zero"]}):
            with self.subTest(path=path.name):
                found = dump(path)[0]
                self.check(found, tensors, strides=False)
                self.assertEqual(found["tensors"]["fortran"]["stride"], [1, 2])
                for name in opaque:
                    self.assertTrue(found["values"][name]["class"].startswith("numpy."), found["values"][name])

    def test_a_state_dict_keeps_its_metadata(self):
        model = torch.nn.Sequential(torch.nn.Conv2d(3, 4, 3), torch.nn.BatchNorm2d(4))
        for path in self.every_way(model.state_dict()):
            with self.subTest(path=path.name):
                self.assertEqual(dump(path)[0]["attributes"], {"_metadata": dict(model.state_dict()._metadata)})

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
                tensors["array"] = torch.arange(3)
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

    def big_endian(self, tensors):
        """The file that a big-endian machine would write of tensors that share no storage."""
        path = self.folder / "big.pth"
        with zipfile.ZipFile(self.save(tensors)) as old, zipfile.ZipFile(path, "w") as new:
            for record in old.namelist():
                content = old.read(record)
                key = record.rpartition("/data/")[2]
                if record.endswith("/byteorder"):
                    content = b"big"
                elif key.isdigit():
                    dtype = list(tensors.values())[int(key)].dtype
                    size = dtype.itemsize // (2 if dtype.is_complex else 1)
                    content = numpy.frombuffer(content, numpy.uint8).reshape(-1, size)[:, ::-1].tobytes()
                new.writestr(record, content)
        return path

    def test_big_endian_files_give_what_torch_load_gives(self):
        tensors = {str(dtype): random_tensor(dtype, 3, 5) for dtype in TORCH_DTYPES}
        tensors |= {"transposed": torch.randn(4, 6).t(), "empty": torch.empty(0, 3), "scalar": torch.tensor(7)}
        path = self.big_endian(tensors)
        loaded = torch.load(path, weights_only=True)
        for name, tensor in tensors.items():
            # torch keeps these in storages without a dtype, which torch.load leaves as they are on little-endian machines.
            if name not in ("torch.uint16", "torch.uint32", "torch.uint64", "torch.complex32"):
                self.assertEqual(bits(loaded[name]), bits(tensor), name)
        self.check(dump(path)[0], tensors)

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
        tensors = {str(dtype): random_tensor(dtype, 3, 5) for dtype in DTYPES}
        tensors |= {"zero": torch.tensor(7), "empty": torch.empty(0, 3), 'é"\n': torch.randn(2)}
        path = self.folder / "file.safetensors"
        safetensors.torch.save_file(tensors, path, metadata={"format": "pt", "a": "b"})
        found = dump(path)[0]
        self.check(found, tensors)
        self.assertEqual(found["metadata"], {"format": "pt", "a": "b"})

    def test_zoo_writes_the_bytes_that_python_writes(self):
        tensors = {str(dtype): random_tensor(dtype, 3, 5) for dtype in DTYPES}
        tensors |= {"zero": torch.tensor(7), "empty": torch.empty(0, 3), 'é"\n\x01': torch.randn(2),
                    "transposed": torch.randn(4, 6).t()}
        written, expected = self.folder / "written.safetensors", self.folder / "expected.safetensors"
        subprocess.run([PROGRAM, "--rewrite", self.save(tensors), written], check=True)
        safetensors.torch.save_file({name: t.contiguous() for name, t in tensors.items()}, expected, metadata={"format": "pt"})
        self.assertEqual(written.read_bytes(), expected.read_bytes())
        loaded = safetensors.torch.load_file(written)
        for name, tensor in tensors.items():
            self.assertEqual(bits(loaded[name]), bits(tensor), name)


if __name__ == "__main__":
    unittest.main()
