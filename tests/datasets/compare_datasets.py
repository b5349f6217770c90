"""Holds data sets against the Python libraries that define them: torchvision's ImageFolder, CIFAR10, CIFAR100 and MNIST,
and mmpretrain's CustomDataset and MultiLabelDataset, on data made here, sample by sample.

  compare_datasets.py PROBE      the built dataset_probe
Exits 77 (skipped) without the libraries.
"""
import gzip
import hashlib
import json
import os
import pathlib
import pickle
import struct
import subprocess
import sys
import tarfile
import tempfile
import unittest
import unittest.mock

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "python"))
PROBE = sys.argv.pop(1)
try:
    import numpy
    import reference_shim  # noqa: F401
    from mmpretrain.datasets import CustomDataset, MultiLabelDataset
    from torchvision import datasets
except ImportError as error:
    print(f"skipped: {error}")
    sys.exit(77)


def probe(path, *options):
    """(classes, [(part, labels, name, sha256)])"""
    with tempfile.TemporaryDirectory() as home:
        done = subprocess.run([PROBE, str(path), *options], capture_output=True, env={**os.environ, "ZOO_HOME": home})
    assert done.returncode == 0, done.stderr.decode()
    rows = [line.split("\t") for line in done.stdout.decode(errors="surrogateescape").splitlines()]
    classes = [row[1] for row in rows if row[0] == "class"]
    return classes, [(part, [int(label) for label in labels.split(",") if label], name, digest)
                     for kind, part, labels, name, digest in (row for row in rows if row[0] == "sample")]


def sha256(content):
    return hashlib.sha256(bytes(content)).hexdigest()


class Compare(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)
        self.random = numpy.random.default_rng(6)

    def write(self, name, content=b""):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return path

    def test_image_folder(self):
        names = [f"{c}/{s}{n}" for c in ("b", "a", "B", "ä", "a-b", "0", "中") for s in ("", "x/", "x-1/", "x/y/", "h/")
                 for n in ("1.jpg", "10.JPG", "2.jpeg", ".x.png", "é.webp", "a.b.tif", "t.txt", "jpg", "z.gif", "q.pgm", "q.PPM")]
        for name in names:
            self.write(name, name.encode())
        (self.root / "b/loop").symlink_to(self.root / "a/x")
        (self.root / "linked").symlink_to(self.root / "a")
        (self.root / "a/file.bmp").symlink_to(self.root / "b/1.jpg")
        expected = datasets.ImageFolder(self.root)
        classes, samples = probe(self.root)
        self.assertEqual(classes, expected.classes)
        self.assertEqual([(labels, name) for _, labels, name, _ in samples],
                         [([label], str(pathlib.Path(path).relative_to(self.root))) for path, label in expected.samples])
        self.assertEqual([digest for *_, digest in samples], [sha256(pathlib.Path(path).read_bytes()) for path, _ in expected.samples])

    def cifar(self, kind, base, batches, key, extra):
        folder = self.root / base
        for name, count in batches.items():
            entry = {"data": self.random.integers(0, 256, (count, 3072), dtype=numpy.uint8), "batch_label": name,
                     key: [int(label) for label in self.random.integers(0, len(kind_names(key)), count)], **extra}
            self.write(f"{base}/{name}", pickle.dumps(entry, protocol=2))
        return folder

    def check_cifar(self, kind, base, batches, meta, key, names_key):
        folder = self.cifar(kind, base, batches, key, {"filenames": ["x"]})
        names = kind_names(key)
        self.write(f"{base}/{meta}", pickle.dumps({names_key: names, "num_vis": 3072}, protocol=2))
        archive = self.root / f"{base}.tar.gz"
        with tarfile.open(archive, "w:gz") as tar:
            tar.add(folder, base)
        expected = []
        with unittest.mock.patch.object(kind, "_check_integrity", lambda self: True), \
             unittest.mock.patch("torchvision.datasets.cifar.check_integrity", lambda *_: True):
            for part in ("train", "test"):
                present = [[name, ""] for name in batches if name.startswith("test") == (part == "test")]
                with unittest.mock.patch.object(kind, f"{part}_list", present):
                    reference = kind(self.root, train=part == "train")
                self.assertEqual(reference.classes, names)
                expected += [(part, [target], sha256(picture.tobytes())) for picture, target in zip(reference.data, reference.targets)]
        for path in (self.root, folder, archive):
            classes, samples = probe(path)
            self.assertEqual(classes, names)
            self.assertEqual([(part, labels, digest) for part, labels, _, digest in samples], expected)

    def test_cifar10(self):
        self.check_cifar(datasets.CIFAR10, "cifar-10-batches-py", {"data_batch_1": 7, "data_batch_2": 3, "test_batch": 4},
                         "batches.meta", "labels", "label_names")

    def test_cifar100(self):
        self.check_cifar(datasets.CIFAR100, "cifar-100-python", {"train": 9, "test": 4}, "meta", "fine_labels", "fine_label_names")

    def test_mnist(self):
        for prefix, count in (("train", 6), ("t10k", 3)):
            pictures = self.random.integers(0, 256, (count, 28, 28), dtype=numpy.uint8)
            labels = self.random.integers(0, 10, count, dtype=numpy.uint8)
            self.write(f"MNIST/raw/{prefix}-images-idx3-ubyte", struct.pack(">IIII", 0x803, count, 28, 28) + pictures.tobytes())
            self.write(f"MNIST/raw/{prefix}-labels-idx1-ubyte", struct.pack(">II", 0x801, count) + labels.tobytes())
        expected = []
        for part in ("train", "test"):
            reference = datasets.MNIST(self.root, train=part == "train")
            expected += [(part, [int(target)], sha256(numpy.repeat(picture.numpy()[..., None], 3, 2).tobytes()))
                         for picture, target in zip(reference.data, reference.targets)]
        plain = [(part, labels, digest) for part, labels, _, digest in probe(self.root)[1]]
        self.assertEqual(plain, expected)
        for path in list((self.root / "MNIST/raw").iterdir()):
            path.with_name(path.name + ".gz").write_bytes(gzip.compress(path.read_bytes()))
            path.unlink()
        self.assertEqual([(part, labels, digest) for part, labels, _, digest in probe(self.root)[1]], expected)

    def test_annotations(self):
        names = ["a/1 x.jpg", "b.png", "é/2.jpg"]
        for name in names:
            self.write(f"pictures/{name}", name.encode())
        for end in ("\n", "\r\n"):
            listed = self.write("meta/train.txt", "".join(f"{name} {label}{end}" for name, label in zip(names, (2, 0, 2))).encode())
            named = self.write("meta/names.txt", b"x\ny\nz\n")
            reference = CustomDataset(data_root="", data_prefix=str(self.root / "pictures"), ann_file=str(listed), classes=str(named))
            classes, samples = probe(listed, f"root={self.root / 'pictures'}", f"classes={named}")
            self.assertEqual(classes, list(reference.CLASSES))
            self.assertEqual([(str(self.root / "pictures" / name), labels) for _, labels, name, _ in samples],
                             [(info["img_path"], [info["gt_label"]]) for info in map(reference.get_data_info, range(len(reference)))])

    def test_multi_label(self):
        data = {"metainfo": {"classes": ["A", "B", "C"]},
                "data_list": [{"img_path": "1.jpg", "gt_label": [0, 2]}, {"img_path": "2.jpg", "gt_label": [1]}]}
        for sample in data["data_list"]:
            self.write(sample["img_path"], b"x")
        path = self.write("multi.json", json.dumps(data).encode())
        reference = MultiLabelDataset(str(path), data_root=str(self.root))
        classes, samples = probe(path)
        self.assertEqual(classes, list(reference.CLASSES))
        self.assertEqual([labels for _, labels, *_ in samples], [reference.get_cat_ids(i) for i in range(len(reference))])


def kind_names(key):
    return [f"class {i}" for i in range(10 if key == "labels" else 100)]


if __name__ == "__main__":
    unittest.main()
