"""PyTorch's side of bench/epoch.py: torchvision's ResNet-18 learns in bf16.

Usage: python bench/epoch_torch.py LOADER DATA SETTINGS(JSON)     LOADER and SETTINGS are bench/loader_sides.py's
answers {"source": "loader" or "held"} as bench/epoch.cpp does.
"""
import json
import sys
import time

from children import serve
from loader_sides import open_batches
import torch
import torchvision


class Training:
    def __init__(self, loader, data, settings):
        self.batch_size = settings["batch"]
        self.batches = open_batches(loader, data, "loader", "train", settings)
        folder = torchvision.datasets.ImageFolder(data)
        self.pictures = len(folder)
        self.model = torchvision.models.resnet18(num_classes=len(folder.classes))
        self.model.to(memory_format=torch.channels_last).train()
        self.optimizer = torch.optim.SGD(self.model.parameters(), lr=1e-3, momentum=0.9, weight_decay=1e-4, fused=True)
        self.held = [self.placed(*batch) for batch in self.batches][0]  # the whole epoch: it also warms the workers

    def placed(self, images, labels):
        return images.to(torch.bfloat16, memory_format=torch.channels_last), labels

    def learn(self, images, labels):
        self.optimizer.zero_grad()
        with torch.autocast("cpu", torch.bfloat16):
            logits = self.model(images).float()
        loss = torch.nn.functional.cross_entropy(logits, labels)
        loss.item()
        loss.backward()
        self.optimizer.step()

    def epoch_from_loader(self):
        for images, labels in self.batches:
            self.learn(*self.placed(images, labels))

    def epoch_from_memory(self):
        images, labels = self.held
        for left in range(self.pictures, 0, -self.batch_size):
            self.learn(images[:left], labels[:left])

    def answer(self, source):
        start = time.perf_counter()
        if source == "loader":
            self.epoch_from_loader()
        else:
            self.epoch_from_memory()
        return {"seconds": time.perf_counter() - start}


if __name__ == "__main__":
    serve(Training(sys.argv[1], sys.argv[2], json.loads(sys.argv[3])).answer)
