"""What timm, transformers, huggingface_hub and mmengine write opens bit-equal, in every form that they offer.

Usage: compare_publishers.py PROGRAM (checkpoint_dump).
"""
import hashlib
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest
import warnings

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "python"))
import reference_shim  # noqa: E402,F401  before torchvision
import huggingface_hub  # noqa: E402
import mmengine.logging  # noqa: E402
import mmengine.runner.checkpoint  # noqa: E402
import timm  # noqa: E402
import torch  # noqa: E402
import transformers  # noqa: E402

PROGRAM = sys.argv.pop()


def sha256(tensor):
    plain = tensor.detach().contiguous()
    return hashlib.sha256(bytes(plain.reshape(-1).view(torch.uint8).numpy()) if plain.numel() else b"").hexdigest()


class Publishers(unittest.TestCase):
    def setUp(self):
        torch.manual_seed(1)
        warnings.simplefilter("ignore")
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def check(self, path, tensors):
        """Compares what PROGRAM sees in `path` with `tensors`; returns it."""
        line = subprocess.run([PROGRAM, str(path)], check=True, capture_output=True, text=True).stdout
        found = json.loads(line)
        self.assertNotIn("error", found)
        self.assertEqual(set(found["tensors"]), set(tensors))
        for name, tensor in tensors.items():
            self.assertEqual(found["tensors"][name]["shape"], list(tensor.shape), name)
            self.assertEqual(f"torch.{found['tensors'][name]['dtype']}", str(tensor.dtype), name)
            self.assertEqual(found["tensors"][name]["sha256"], sha256(tensor), name)
        return found

    def test_timm_folders(self):
        model = timm.create_model("test_resnet", num_classes=3)
        for form, encoding in ((True, "safetensors"), (False, "zip")):
            folder = self.folder / encoding
            timm.models.save_for_hf(model, folder, safe_serialization=form)
            self.assertEqual(self.check(folder, model.state_dict())["format"], encoding)

    def test_transformers_folders_whole_and_in_shards(self):
        config = transformers.ResNetConfig(embedding_size=8, hidden_sizes=[8, 16], depths=[1, 2], layer_type="basic", num_labels=3)
        model = transformers.ResNetForImageClassification(config)
        for name, size in (("whole", "5GB"), ("shards", "10KB")):
            model.save_pretrained(self.folder / name, max_shard_size=size)
            self.assertEqual(self.check(self.folder / name, model.state_dict())["metadata"]["format"], "pt")
        self.assertTrue((self.folder / "shards" / "model.safetensors.index.json").exists())

    def test_shards_of_torch_save(self):
        tensors = {f"layer{i}.weight": torch.randn(20, 10 + i) for i in range(8)}
        huggingface_hub.save_torch_state_dict(tensors, self.folder, safe_serialization=False, max_shard_size=2000)
        index = self.folder / "pytorch_model.bin.index.json"
        self.assertEqual(self.check(index, tensors)["format"], "zip")
        self.check(self.folder, tensors)

    def test_a_checkpoint_of_openmmlabs_runner(self):
        model = timm.create_model("test_resnet", num_classes=3)
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
        model(torch.randn(2, 3, 64, 64)).sum().backward()
        optimizer.step()
        hub = mmengine.logging.MessageHub.get_instance("zoo")
        hub.update_scalar("train/loss", 0.5)
        hub.update_info("epoch", 3)
        checkpoint = {"meta": {"cfg": "a = 1", "epoch": 3, "experiment_name": "e"}, "state_dict": model.state_dict(),
                      "message_hub": hub.state_dict(), "optimizer": optimizer.state_dict(),
                      "param_schedulers": [{"last_step": 3}]}
        path = self.folder / "epoch_3.pth"
        mmengine.runner.checkpoint.save_checkpoint(checkpoint, str(path))
        line = subprocess.run([PROGRAM, str(path)], check=True, capture_output=True, text=True).stdout
        found = json.loads(line)
        self.assertNotIn("error", found)
        for name, tensor in model.state_dict().items():
            self.assertEqual(found["tensors"][f"state_dict.{name}"]["sha256"], sha256(tensor), name)
        self.assertEqual(found["values"]["meta"]["epoch"], 3)


if __name__ == "__main__":
    unittest.main()
