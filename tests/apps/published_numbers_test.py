"""zoo evaluate gives the accuracy and loss that PyTorch gives for akamaster's CIFAR-10 nets (fp32)."""
import json
import shutil
import sys
import unittest

from zoo_cli import CORPUS, ZooCase

DATA = CORPUS / "datasets" / "cifar10_lossless4000"


class PublishedNumbers(ZooCase):
    def evaluate(self, weights, *arguments):
        out, err = self.zoo("evaluate", "--weights", weights, "--data", DATA, "--threads", "1", "--json", *arguments)
        return json.loads(out), err

    def assert_equals(self, answer, top1, loss):
        self.assertEqual((answer["images"], round(answer["top1"], 2), round(answer["loss"], 6)), (4000, top1, loss))

    def file(self, name):
        return CORPUS / "checkpoints" / "resnet" / f"akamaster_{name}"

    def test_resnet20_as_a_file_that_the_manifest_knows_by_its_bytes(self):
        local = self.folder / "downloaded-somewhere.bin"
        shutil.copy(self.file("resnet20-12fca82f.th"), local)
        answer, err = self.evaluate(local, "--per-image", "lines.csv")
        self.assert_equals(answer, 99.80, 0.008547)
        self.assertNotIn("assumed", err)
        lines = (self.folder / "lines.csv").read_text().splitlines()
        self.assertEqual(len(lines), 4001)
        self.assertEqual(sum(line.split(",")[3] == "1" for line in lines[1:]), 3992)

    def test_resnet56_by_name(self):
        self.home.mkdir()
        shutil.copy(self.file("resnet56-4bfd9763.th"), self.home / "resnet56-4bfd9763.th")
        answer, _ = self.evaluate("resnet56_cifar.akamaster_cifar10", "--offline")
        self.assert_equals(answer, 100.00, 0.000532)


if __name__ == "__main__":
    if not DATA.is_dir():
        print(f"skipped: no {DATA}")
        sys.exit(77)
    unittest.main()
