"""transforms/random/random.h in Python, and ways to make the reference libraries draw from it."""
import contextlib
import math
import random
from unittest import mock

import numpy as np
import torch
from PIL import Image
from torchvision.transforms import autoaugment
from torchvision.transforms import functional as F

FIRST_STEP, MIX = 0x1000, 5  # kOpStep and kOpMix of transforms/random/random_ops.h
LOW = 0xFFFFFFFF


class RandomStream:
    def __init__(self, seed: int, epoch: int, sample: int, op: int):
        mixed = self._block([epoch & LOW, epoch >> 32, sample & LOW, sample >> 32], [seed & LOW, seed >> 32])
        self.key, self.counter, self.words = mixed[:2], [0, op, *mixed[2:]], []

    @staticmethod
    def _block(counter, key):
        for _ in range(10):
            first, second = 0xD2511F53 * counter[0], 0xCD9E8D57 * counter[2]
            counter = [(second >> 32) ^ counter[1] ^ key[0], second & LOW, (first >> 32) ^ counter[3] ^ key[1], first & LOW]
            key = [(key[0] + 0x9E3779B9) & LOW, (key[1] + 0xBB67AE85) & LOW]
        return counter

    def u32(self) -> int:
        if not self.words:
            self.words = self._block(self.counter, self.key)
            self.counter[0] += 1
        return self.words.pop(0)

    def u64(self) -> int:
        high = self.u32()
        return high << 32 | self.u32()

    def rand(self) -> float:
        return (self.u64() >> 11) / 2**53

    def uniform(self, low: float, high: float) -> float:
        value = low + (high - low) * self.rand()
        return value if value < high else max(low, math.nextafter(high, low))

    def below(self, bound: int) -> int:
        while (value := self.u64()) < 2**64 % bound:
            pass
        return value % bound

    def normal(self) -> float:
        radius = math.sqrt(-2.0 * math.log(1.0 - self.rand()))
        return radius * math.cos(2.0 * math.pi * self.rand())

    def shuffle(self, values: list) -> list:
        for i in range(len(values), 1, -1):
            j = self.below(i)
            values[i - 1], values[j] = values[j], values[i - 1]
        return values

    def log_gamma(self, shape: float) -> float:
        if shape < 1:
            bigger = self.log_gamma(shape + 1)
            return bigger + math.log(1.0 - self.rand()) / shape
        d = shape - 1.0 / 3.0
        c = 1.0 / math.sqrt(9.0 * d)
        while True:
            x = self.normal()
            if (root := 1.0 + c * x) <= 0:
                continue
            v = root**3
            if math.log(1.0 - self.rand()) < 0.5 * x * x + d - d * v + d * math.log(v):
                return math.log(d * v)

    def beta(self, a: float, b: float) -> float:
        first = self.log_gamma(a)
        return 1.0 / (1.0 + math.exp(self.log_gamma(b) - first))

    def dirichlet(self, alphas) -> list:
        logs = [self.log_gamma(alpha) for alpha in alphas]
        parts = [math.exp(value - max(logs)) for value in logs]
        return [part / sum(parts) for part in parts]


def _weighted_choice(stream, weights, count):
    """numpy.random.choice without replacement."""
    found, weights = [], np.array(weights, float)
    while len(found) < count:
        draws = [stream.rand() for _ in range(count - len(found))]
        weights[found] = 0
        cdf = np.cumsum(weights)
        for index in np.searchsorted(cdf / cdf[-1], draws, side="right"):
            if index not in found:
                found.append(int(index))
    return found


@contextlib.contextmanager
def draws_from(stream: RandomStream):
    """torch's, numpy's and Python's random numbers come from the stream.

    torchvision's AugMix, which works on tensors, has the operations of PIL images, as the other policies have them.
    """
    apply_op = autoaugment._apply_op

    def apply_op_on_picture(picture, name, strength, **settings):
        if not isinstance(picture, torch.Tensor):
            return apply_op(picture, name, strength, **settings)
        if name == "Posterize" and int(strength) == 0:  # which Pillow 13 refuses
            return torch.zeros_like(picture)
        drawn = apply_op(Image.fromarray(picture[0].permute(1, 2, 0).contiguous().numpy()), name, strength, **settings)
        return F.pil_to_tensor(drawn)[None]

    def randint(low, high=None, size=None, **_):
        if size is None and not isinstance(high, int):
            low, high, size = 0, low, high  # randint(high, size)
        return torch.tensor([low + stream.below(high - low) for _ in range(size[0])])

    def rand(size):
        count = size if isinstance(size, int) else size[0]
        return torch.tensor([stream.rand() for _ in range(count)], dtype=torch.float64)

    def uniform_(_, low=0.0, high=1.0):
        return torch.tensor([stream.uniform(float(low), float(high))], dtype=torch.float64)

    def sample_dirichlet(alphas):
        return torch.tensor([stream.dirichlet(row) for row in alphas.tolist()], dtype=alphas.dtype)

    def choice(values, size, replace=True, p=None):
        if p is not None and not replace:
            return [values[i] for i in _weighted_choice(stream, p, size)]
        return [values[stream.below(len(values))] for _ in range(size)]

    def beta(a, b, size=None):
        return stream.beta(a, b) if size is None else np.array([stream.beta(a, b) for _ in range(size)])

    replacements = [
        mock.patch.object(autoaugment, "_apply_op", apply_op_on_picture),
        mock.patch.object(torch, "randint", randint), mock.patch.object(torch, "rand", rand),
        mock.patch.object(torch.Tensor, "uniform_", uniform_),
        mock.patch.object(torch, "_sample_dirichlet", sample_dirichlet),
        mock.patch.object(torch, "randperm", lambda n: torch.tensor(stream.shuffle(list(range(n))))),
        mock.patch.object(random, "random", stream.rand), mock.patch.object(random, "uniform", stream.uniform),
        mock.patch.object(random, "randint", lambda low, high: low + stream.below(high - low + 1)),
        mock.patch.object(random, "choice", lambda values: values[stream.below(len(values))]),
        mock.patch.object(random, "gauss", lambda mean, deviation: mean + deviation * stream.normal()),
        mock.patch.object(np.random, "choice", choice),
        mock.patch.object(np.random, "randint", lambda low, high, size=None: low + stream.below(high - low)),
        mock.patch.object(np.random, "rand", lambda *size: np.array([stream.rand() for _ in range(*size)]) if size else stream.rand()),
        mock.patch.object(np.random, "dirichlet", stream.dirichlet), mock.patch.object(np.random, "beta", beta),
        mock.patch.object(np.random, "normal", lambda mean, deviation, count: np.array(
            [mean + deviation * stream.normal() for _ in range(count)])),
    ]
    with contextlib.ExitStack() as stack:
        for replacement in replacements:
            stack.enter_context(replacement)
        yield
