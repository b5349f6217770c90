"""The PyTorch side of flowers.py: akamaster's CIFAR ResNet-56 with torchvision's transforms, in eager fp32."""
import math
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "tests/python"))
import reference_shim  # noqa: F401  isort: skip  (has to precede torchvision)
from cifar_resnet import CifarResNet
import torch
import torch.nn.functional as F
from torch import nn
from torchvision import transforms as T
from torchvision.datasets import ImageFolder

NORMALIZE = T.Normalize(mean=(0.485, 0.456, 0.406), std=(0.229, 0.224, 0.225))


def build_model(weights: pathlib.Path | None, num_classes: int) -> nn.Module:
    """The published network with a new head, or torchvision's random initialisation where `weights` is None."""
    if weights is None:
        model = CifarResNet(56, num_classes)
        for module in model.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
        return model
    model = CifarResNet(56)
    state = torch.load(weights, map_location="cpu", weights_only=True)["state_dict"]
    names = {name: name.removeprefix("module.").replace("linear", "fc") for name in state}
    model.load_state_dict({names[name]: tensor for name, tensor in state.items()})
    model.fc = nn.Linear(64, num_classes)
    return model


class DecodedFolder(torch.utils.data.Dataset):
    """An ImageFolder whose pictures are decoded once and stay in memory."""

    def __init__(self, root: pathlib.Path, transform):
        folder = ImageFolder(root)
        self.classes = folder.classes
        self.samples = list(folder)
        self.transform = transform

    def __len__(self):
        return len(self.samples)

    def __getitem__(self, index):
        image, label = self.samples[index]
        return self.transform(image), label


def learning_rate(step: int, recipe: dict, steps_per_epoch: int) -> float:
    """Linear warm-up to the full rate, then a cosine that would reach 0 one step after the last."""
    warmup = recipe["warmup_epochs"] * steps_per_epoch
    if step < warmup:
        return recipe["lr"] * (step + 1) / warmup
    progress = (step - warmup) / (recipe["epochs"] * steps_per_epoch - warmup)
    return recipe["lr"] * 0.5 * (1 + math.cos(math.pi * progress))


@torch.inference_mode()
def top1_percent(model: nn.Module, images: torch.Tensor, labels: torch.Tensor) -> float:
    model.eval()
    predicted = torch.cat([model(chunk).argmax(1) for chunk in images.split(128)])
    return 100 * (predicted == labels).double().mean().item()


def finetune(data: pathlib.Path, weights: pathlib.Path | None, recipe: dict, seed: int, threads: int) -> list[float]:
    """Trains on data/train and returns the top-1 on data/val in percent after each epoch."""
    torch.set_num_threads(threads)
    torch.manual_seed(seed)
    size, layout = recipe["image_size"], torch.channels_last
    augment = [T.RandomResizedCrop(size, scale=recipe["crop_scale"]), T.RandomHorizontalFlip()]
    train = DecodedFolder(data / "train", T.Compose([*augment, T.ToTensor(), NORMALIZE]))
    crop = [T.Resize(recipe["resize"]), T.CenterCrop(size)]
    val = DecodedFolder(data / "val", T.Compose([*crop, T.ToTensor(), NORMALIZE]))
    val_images, val_labels = torch.utils.data.default_collate(list(val))
    val_images = val_images.contiguous(memory_format=layout)

    model = build_model(weights, len(train.classes)).to(memory_format=layout)
    optimizer = torch.optim.SGD(model.parameters(), recipe["lr"], recipe["momentum"], nesterov=True,
                                weight_decay=recipe["weight_decay"])
    loader = torch.utils.data.DataLoader(train, recipe["batch_size"], shuffle=True)
    top1, step = [], 0
    for _ in range(recipe["epochs"]):
        model.train()
        for images, labels in loader:
            optimizer.param_groups[0]["lr"] = learning_rate(step, recipe, len(loader))
            optimizer.zero_grad()
            F.cross_entropy(model(images.contiguous(memory_format=layout)), labels).backward()
            optimizer.step()
            step += 1
        top1.append(top1_percent(model, val_images, val_labels))
    return top1
