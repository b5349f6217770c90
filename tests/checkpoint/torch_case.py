"""What the tests of files that torch reads and writes share."""
import pathlib
import tempfile
import unittest
import warnings

import torch


def bits(tensor):
    """The elements in row-major order, as they lie in memory."""
    plain = tensor.detach().resolve_conj().resolve_neg()
    plain = plain.int_repr() if plain.is_quantized else plain
    return bytes(plain.contiguous().reshape(-1).view(torch.uint8).numpy()) if plain.numel() else b""


def random_tensor(dtype, *shape):
    count = torch.Size(shape).numel() * dtype.itemsize
    data = torch.randint(0, 2 if dtype == torch.bool else 256, (max(count, 1),), dtype=torch.uint8)[:count]
    return data.view(dtype).reshape(shape) if count else torch.empty(shape, dtype=dtype)


class TorchCase(unittest.TestCase):
    def setUp(self):
        torch.manual_seed(1)
        warnings.simplefilter("ignore")  # torch calls quantization and TorchScript deprecated
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def save(self, what, name="in.pth", **options):
        torch.save(what, self.folder / name, **options)
        return self.folder / name
