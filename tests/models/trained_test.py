"""Other authors' trained CIFAR-10 nets: zoo's logits on 4,000 pictures are those of the same file in PyTorch.

Each net is built in Python as its author's module names say, with the same renamings; pictures are prepared as its author did.
Usage: trained_test.py PROGRAM (models_logits).
"""
import concurrent.futures
import dataclasses
import pathlib
import re
import sys
import unittest

import numpy
import torch

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "python"))
import corpus  # noqa: E402
from cifar_resnet import CifarResNet  # noqa: E402
from cpp_model import CppModel  # noqa: E402

CPP = CppModel(sys.argv.pop())
FILES = corpus.require("checkpoints/resnet")
PICTURES = corpus.require("datasets/cifar10_lossless4000") / "data_batch_1_first4000.bin"
BATCH = 50  # its maps stay in the cache: half the time of 500
TOLERANCE = 1e-4  # of logits; they are equal to the bit where both sides run the same kernels

IMAGENET = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
PLAIN = (0, 0, 0), (1, 1, 1)


@dataclasses.dataclass(frozen=True)
class Net:
    arch: str
    correct: int  # of 4,000; see docs/measurements.md
    renamings: tuple[str, ...] = ()
    mean_std: tuple[tuple[float, ...], tuple[float, ...]] = IMAGENET


THEO = (r"^conv\.=conv1.", r"^bn\.=bn1.")
FFFATTACK = (r"^conv1\.0=conv1", r"^conv1\.1=bn1", r"conv_bn(_relu)?(\d)\.0=conv$2", r"conv_bn(_relu)?(\d)\.1=bn$2",
             "down_sampler=downsample")
NETS = {
    "akamaster_resnet20-12fca82f.th": Net("resnet20_cifar", 3992),
    "akamaster_resnet56-4bfd9763.th": Net("resnet56_cifar", 4000),
    "theo_resnet20.pth": Net("resnet20_cifar", 3987, THEO),
    "theo_resnet32.pth": Net("resnet32_cifar", 3995, THEO),
    "theo_notebooks_checkpoint.pth": Net("resnet32_cifar", 3213, THEO),
    "EhanW_resnet20.pth": Net("resnet20_cifar_b", 3953, ("^stage_=layer", "conv_=conv", "bn_=bn")),
    "FFFATTACK_resnet56.pth": Net("resnet56_cifar_b", 3967, FFFATTACK, (IMAGENET[0], (0.225, 0.225, 0.225))),
    "saacman_resnet20.pth": Net("resnet20_cifar", 3418, mean_std=PLAIN),
    "saacman_resnet_4bits_weird_zip_root.pth": Net(
        "resnet20_cifar", 3434, mean_std=((0.49139968, 0.48215841, 0.44653091), (0.24703223, 0.24348513, 0.26158784))),
}
NO_PAPER_NETS = ("fattorib_resnet20.pth", "fattorib_resnet56.pth", "saacman_resnet_cifar10.pt")


def read_pictures():
    """Labels [4000] and pictures [4000, 3, 32, 32] in 0..1."""
    records = torch.from_numpy(numpy.fromfile(PICTURES, dtype=numpy.uint8).reshape(-1, 1 + 3 * 32 * 32))
    return records[:, 0].long(), records[:, 1:].reshape(-1, 3, 32, 32).float() / 255


def state_dict(file, renamings):
    """The file's weights under torchvision's names."""
    content = torch.load(file, map_location="cpu", weights_only=True)
    state = content.get("state_dict", content.get("state", content))
    for renaming in (r"^module\.=", *renamings, r"^linear\.=fc."):
        pattern, to = renaming.rsplit("=", 1)
        to = re.sub(r"\$(\d)", r"\\\1", to)
        state = {re.sub(pattern, to, name): tensor for name, tensor in state.items()}
    return state


def reference_net(file, net):
    depth, option = re.fullmatch(r"resnet(\d+)_cifar(_b)?", net.arch).groups()
    model = CifarResNet(int(depth), option="B" if option else "A")
    keys = model.load_state_dict(state_dict(file, net.renamings), strict=False)
    absent = [name for name in keys.missing_keys if not name.endswith("num_batches_tracked")]
    if absent or keys.unexpected_keys:
        raise ValueError(f"{file}: {absent} missing, {keys.unexpected_keys} unexpected")
    return model.eval()


@torch.inference_mode()
def python_logits(model, batches):
    return torch.cat([model(batch) for batch in batches])


def zoo_logits(arch, file, batches, renamings=()):
    inputs = {f"images.{i}" if i else "images": batch for i, batch in enumerate(batches)}
    _, outputs = CPP.run(arch, inputs, renamings=renamings, weights=file, classes=10, stages=0)
    return torch.cat([outputs[f"{i}.logits" if i else "logits"] for i in range(len(batches))])


class Trained(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.labels, cls.pictures = read_pictures()
        cls.other_side = concurrent.futures.ThreadPoolExecutor(1)
        cls.addClassCleanup(cls.other_side.shutdown)

    def batches(self, mean_std):
        mean, std = (torch.tensor(numbers).view(3, 1, 1) for numbers in mean_std)
        return [batch.contiguous() for batch in ((self.pictures - mean) / std).split(BATCH)]

    def compare(self, file, net):
        batches = self.batches(net.mean_std)
        zoo = self.other_side.submit(zoo_logits, net.arch, file, batches, net.renamings)
        expected, ours = python_logits(reference_net(file, net), batches), zoo.result()
        differences = (ours.argmax(1) != expected.argmax(1)).sum().item()
        distance = (ours - expected).abs().max().item()
        correct = (ours.argmax(1) == self.labels).sum().item()
        print(f"{file.name}: {net.arch}, {correct} of {len(self.labels)}, logits differ by {distance:g}", flush=True)
        self.assertEqual(differences, 0)
        self.assertLess(distance, TOLERANCE)
        self.assertAlmostEqual(correct, net.correct, delta=1)

    def test_every_net_classifies_as_in_python(self):
        for name, net in NETS.items():
            with self.subTest(name):
                self.compare(FILES / name, net)

    def test_other_nets_are_refused(self):
        for name in NO_PAPER_NETS:
            with self.subTest(name), self.assertRaisesRegex(RuntimeError, name):
                zoo_logits("resnet20_cifar", FILES / name, [torch.zeros(1, 3, 32, 32)])

    def test_every_file_is_judged(self):
        self.assertEqual({path.name for path in FILES.iterdir()}, {*NETS, *NO_PAPER_NETS})


if __name__ == "__main__":
    unittest.main()
