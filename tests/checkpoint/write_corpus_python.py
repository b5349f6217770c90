"""What zoo writes of real files opens in Python with the same bits. Usage: write_corpus_python.py PROGRAM (checkpoint_dump)."""
import hashlib
import json
import pathlib
import unittest

import write_python  # first: it finds the modules below
import corpus
import safetensors
import torch
from torch_case import bits

CHECKPOINTS = corpus.require("checkpoints")


class RealFiles(write_python.Case):
    """Every real file, through .pth and through safetensors: the truth is tensors.json."""

    def files(self):
        return [(CHECKPOINTS / entry["path"], {tensor["name"]: tensor for tensor in entry["tensors"]})
                for entry in json.loads((CHECKPOINTS / "tensors.json").read_text())
                if not entry.get("refused") and not entry.get("may_be_refused")]

    def check(self, tensor, truth):
        self.assertEqual(write_python.CODES.get(tensor.dtype), truth["dtype"])
        self.assertEqual(list(tensor.shape), truth["shape"])
        self.assertEqual(hashlib.sha256(bits(tensor)).hexdigest()[:16], truth["sha256_contiguous"])

    def test_as_pth(self):
        for path, tensors in self.files():
            with self.subTest(path=path.name):
                written = self.write("--flat", path)
                self.assertIsInstance(written, pathlib.Path, written)
                self.check_zip(written)
                found = torch.load(written, weights_only=True)
                self.assertEqual(set(found), set(tensors))
                for name, truth in tensors.items():
                    self.check(found[name], truth)
                    self.assertEqual(list(found[name].stride()), truth["stride"])

    def test_as_safetensors(self):
        for path, tensors in self.files():
            with self.subTest(path=path.name):
                written = self.write("--rewrite", path, "out.safetensors")
                if any(truth["dtype"].startswith("q") for truth in tensors.values()):
                    self.assertRegex(written, "which safetensors cannot hold")
                    continue
                self.assertIsInstance(written, pathlib.Path, written)
                with safetensors.safe_open(written, "pt") as found:
                    self.assertEqual(found.metadata()["format"], "pt")
                    self.assertEqual(set(found.keys()), set(tensors))
                    for name, truth in tensors.items():
                        self.check(found.get_tensor(name), truth)


if __name__ == "__main__":
    unittest.main()
