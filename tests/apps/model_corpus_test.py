"""zoo predict on real checkpoints."""
import json
import shutil
import unittest

import model_commands_test  # first: it finds corpus
import corpus
from model_commands_test import CIFAR10, KNOWN_NAME

CORPUS = corpus.require(".")


class RealCheckpoints(model_commands_test.ModelCase):
    def test_a_published_weight_is_found_in_the_cache(self):
        source = CORPUS / "checkpoints" / "resnet" / "akamaster_resnet20-12fca82f.th"
        self.draw("a.ppm")
        self.home.mkdir()
        shutil.copy(source, self.home / KNOWN_NAME)
        out, _ = self.run_model("predict", "--offline", "--json", "a.ppm", weights="resnet20_cifar.akamaster_cifar10")
        self.assertIn(json.loads(out)[0]["top"][0]["label"], CIFAR10)

    def test_broken_checkpoints_are_refused(self):
        folder = CORPUS / "odd_checkpoints"
        self.draw("a.ppm")
        files = sorted(p for p in folder.rglob("*") if p.is_file() and p.suffix not in (".md", ".tsv", ".json"))
        self.assertTrue(files)
        for file in files:
            self.assertIn(file.name, self.model_refused("predict", "a.ppm", weights=file), file)


if __name__ == "__main__":
    unittest.main()
