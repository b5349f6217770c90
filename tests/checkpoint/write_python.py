"""The .pth and safetensors files that zoo writes open in Python with the same bits.

Usage: write_python.py PROGRAM (checkpoint_dump).
"""
import collections
import pathlib
import subprocess
import sys
import unittest
import zipfile

import safetensors
import torch

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "python"))
from torch_case import TorchCase, bits, random_tensor  # noqa: E402

PROGRAM = sys.argv.pop()
DTYPES = [torch.float64, torch.float32, torch.float16, torch.bfloat16, torch.float8_e4m3fn, torch.float8_e5m2, torch.int64,
          torch.int32, torch.int16, torch.int8, torch.uint8, torch.uint16, torch.uint32, torch.uint64, torch.bool,
          torch.complex64, torch.complex128]
CODES = {torch.float64: "f8", torch.float32: "f4", torch.float16: "f2", torch.bfloat16: "bf16", torch.int64: "i8",
         torch.int32: "i4", torch.int16: "i2", torch.int8: "i1", torch.uint8: "u1", torch.bool: "b1", torch.qint8: "qi1"}


class Case(TorchCase):
    def write(self, mode, source, name="out.pth"):
        """Returns the written file, or the message of the refusal."""
        target = self.folder / name
        target.unlink(missing_ok=True)
        done = subprocess.run([PROGRAM, mode, source, target], capture_output=True, text=True)
        self.assertIn(done.returncode, (0, 1), done.stderr)
        self.assertEqual(target.exists(), done.returncode == 0)
        return target if done.returncode == 0 else done.stderr

    def check_zip(self, path):
        with zipfile.ZipFile(path) as archive:
            self.assertIsNone(archive.testzip())
            for record in archive.infolist():
                self.assertEqual(record.compress_type, zipfile.ZIP_STORED)
                header = path.read_bytes()[record.header_offset:record.header_offset + 30]
                data = record.header_offset + 30 + int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little")
                self.assertEqual(data % 64, 0, record.filename)

    def same(self, found, expected, layout=True):
        """One tree of values equals another, to the bit, and shares the same storages."""
        self.assertIs(type(found), type(expected))
        if isinstance(expected, torch.Tensor):
            self.assertEqual(found.dtype, expected.dtype)
            self.assertEqual(found.shape, expected.shape)
            self.assertEqual(bits(found), bits(expected))
            if layout:
                self.assertEqual((found.stride(), found.storage_offset()), (expected.stride(), expected.storage_offset()))
                self.assertEqual(found.untyped_storage().nbytes(), expected.untyped_storage().nbytes())
            if expected.is_quantized:
                self.assertEqual(found.qscheme(), expected.qscheme())
                self.assertTrue(torch.equal(found.dequantize(), expected.dequantize()))
        elif isinstance(expected, dict):
            self.assertEqual(list(found), list(expected))
            for key in expected:
                with self.subTest(key=key):
                    self.same(found[key], expected[key], layout)
            self.assertEqual(getattr(found, "_metadata", None), getattr(expected, "_metadata", None))
        elif isinstance(expected, (list, tuple)):
            self.assertEqual(len(found), len(expected))
            for index, item in enumerate(expected):
                self.same(found[index], item, layout)
        else:
            self.assertEqual(repr(found), repr(expected))  # also nan

    def round_trip(self, what, **options):
        written = self.write("--tree", self.save(what, **options))
        self.assertIsInstance(written, pathlib.Path, written)
        self.check_zip(written)
        found = torch.load(written, weights_only=True)
        self.same(found, what)
        self.same(torch.load(written, weights_only=True, mmap=True), what)
        return found


class Written(Case):
    def test_every_dtype(self):
        self.round_trip({str(dtype): random_tensor(dtype, 3, 5) for dtype in DTYPES})

    def test_plain_values(self):
        self.round_trip({"none": None, "yes": True, "no": False, "text": "süß\n", "empty": "", "bytes": b"\x00\xff", "nothing": b"",
                         "integers": [0, 255, 256, 65535, 65536, -1, 2**31 - 1, 2**31, -2**31 - 1, 2**63 - 1, -2**63, 2**64, -2**80],
                         "floats": [0.1, -0.0, float("inf"), float("nan"), 5e-324], "tuple": (), "nested": [[], {}, ((1,), [{"a": (2,)}])],
                         1: "key", (1, "a"): "tuple key", 2.5: "float key", None: "none key", "dtype": torch.bfloat16,
                         "device": torch.device("cuda:1"), "set": {1}, "complex": 1 + 2j})

    def test_strides_offsets_and_shapes(self):
        base = torch.randn(4, 6, 5)
        self.round_trip({"transposed": base.permute(2, 0, 1), "slice": base[1:3, ::2, 4], "scalar": base[3, 5, 4], "base": base,
                         "expanded": torch.randn(3, 1).expand(3, 7), "empty": torch.empty(0, 3), "zero": torch.tensor(7),
                         "nan": torch.tensor([float("nan"), float("-inf")]),
                         "channels_last": torch.randn(2, 3, 4, 5).to(memory_format=torch.channels_last)})
        self.round_trip(torch.randn(3))
        self.round_trip([torch.randn(3), (torch.zeros(2),)])

    def test_quantized_tensors_keep_their_scales(self):
        values = torch.randn(4, 5)
        per_channel = torch.rand(4), torch.zeros(4, dtype=torch.int64)
        self.round_trip({"tensor": torch.quantize_per_tensor(values, 0.1, 3, torch.qint8),
                         "wide": torch.quantize_per_tensor(values, 0.001, 0, torch.qint32),
                         "channel": torch.quantize_per_channel(values, *per_channel, 0, torch.quint8),
                         "float": torch.quantize_per_channel(values, torch.rand(4), torch.rand(4), 0, torch.quint8)})

    def test_ordered_dicts_keep_their_metadata(self):
        state = torch.nn.Sequential(torch.nn.Conv2d(3, 4, 3), torch.nn.BatchNorm2d(4)).state_dict()
        self.assertIn("_metadata", vars(state))
        self.round_trip({"state_dict": state, "plain": {}, "ordered": collections.OrderedDict(a=1)})

    def test_what_was_shared_is_shared(self):
        base = torch.zeros(10)
        one = [1]
        found = self.round_trip({"a": base, "b": base[3:], "c": torch.zeros(10), "same": base, "list": one, "again": one})
        found["a"][4] = 5.0
        self.assertEqual((found["b"][1].item(), found["c"].sum().item()), (5.0, 0.0))
        self.assertIs(found["a"], found["same"])
        self.assertIs(found["list"], found["again"])

    def test_a_wide_dict_and_a_deep_one(self):
        self.round_trip({f"tensor{index}": torch.tensor(index) for index in range(3000)})
        deep = torch.zeros(1)
        for _ in range(200):
            deep = {"a": deep}
        self.round_trip(deep)

    def test_an_object_that_torch_would_refuse_is_refused_by_its_place(self):
        message = self.write("--tree", self.save({"a": [1, pathlib.PurePosixPath("x")]}))
        self.assertIn("'a[1]'", message)
        self.assertIn("pathlib.PurePosixPath", message)

    def test_the_same_tree_gives_the_same_bytes(self):
        what = {"a": torch.randn(5), "b": [1, "x", torch.ones(3)]}
        one = self.write("--tree", self.save(what), "one.pth").read_bytes()
        other = self.write("--tree", self.save(what, pickle_protocol=4), "other.pth").read_bytes()
        self.assertEqual(one, other)
        again = self.write("--tree", self.folder / "one.pth", "again.pth").read_bytes()
        self.assertEqual(one, again)

    def test_training_checkpoints(self):
        model = torch.nn.Sequential(torch.nn.Conv2d(3, 4, 3), torch.nn.BatchNorm2d(4))
        optimizer = torch.optim.Adam(model.parameters())
        model(torch.randn(2, 3, 8, 8)).sum().backward()
        optimizer.step()
        found = self.write("--tree", self.save({"state_dict": model.state_dict(), "optimizer": optimizer.state_dict(), "epoch": 3}))
        self.assertIsInstance(found, pathlib.Path, found)
        loaded = torch.load(found, weights_only=True)
        model.load_state_dict(loaded["state_dict"], strict=True)
        optimizer.load_state_dict(loaded["optimizer"])
        self.assertEqual(loaded["epoch"], 3)


if __name__ == "__main__":
    unittest.main()
