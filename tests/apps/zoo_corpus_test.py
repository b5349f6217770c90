"""zoo inspect, verify and data on real files."""
import json
import re
import shutil
import unittest

from zoo_cli import ZooCase  # first: it finds corpus
import corpus

CORPUS = corpus.require(".")


class RealFiles(ZooCase):
    def test_odd_checkpoints_are_refused(self):
        folder = CORPUS / "odd_checkpoints"
        for file in sorted(folder.iterdir()):
            out, err = self.zoo("inspect", file, status=1)
            self.assertTrue(err.startswith(f"zoo: {file}: "), err)
            if "f37072fd" in file.name:  # the one whose header is whole in a format that is read
                self.assertIn("cut off", err)
                self.assertIn("resnet18, 1000 classes", out)
                self.assertEqual(sum(line.startswith("float32") for line in out.splitlines()), 102)

    def test_trained_resnets_are_recognised(self):
        folder = CORPUS / "checkpoints" / "resnet"
        for file in sorted(folder.iterdir()):
            report = json.loads(self.zoo("inspect", file, "--json")[0])
            self.assertGreater(len(report["tensors"]), 90)
            if file.name.startswith("akamaster"):
                depth = re.search(r"resnet(\d+)", file.name)[1]
                self.assertEqual(report["layout"], "akamaster")
                self.assertEqual([arch["name"] for arch in report["archs"]], [f"resnet{depth}_cifar"])

    def test_a_published_file_is_verified_under_its_own_name(self):
        file = CORPUS / "checkpoints" / "resnet" / "akamaster_resnet20-12fca82f.th"
        shutil.copy2(file, self.folder / "resnet20-12fca82f.th")
        out, _ = self.zoo("verify", "resnet20-12fca82f.th")
        self.assertIn("resnet20_cifar.akamaster_cifar10", out)

    def test_data_sets_are_counted(self):
        found = json.loads(self.zoo("data", CORPUS / "datasets/flowers5_128", "--json", "--check", "decode")[0])
        self.assertEqual((found["pictures"], len(found["copies"]), found["broken"]), (4317, 6, []))
        found = json.loads(self.zoo("data", CORPUS / "datasets/hymenoptera_data", "--json")[0])
        self.assertEqual((found["parts"], found["formats"]), ({"train": 244, "val": 153}, {"JPEG": 397}))


if __name__ == "__main__":
    unittest.main()
