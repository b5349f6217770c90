"""The PyTorch side of flowers.py: akamaster's CIFAR ResNet-56 with torchvision's transforms, in eager fp32.

Model: https://github.com/akamaster/pytorch_resnet_cifar10 (He et al. 2015, section 4.2, shortcut option A).
"""
import math
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "tests/python"))
import reference_shim  # noqa: F401  isort: skip  (has to precede torchvision)
import torch
import torch.nn.functional as F
from torch import nn
from torchvision import transforms as T
from torchvision.datasets import ImageFolder

NORMALIZE = T.Normalize(mean=(0.485, 0.456, 0.406), std=(0.229, 0.224, 0.225))


class Block(nn.Module):
    def __init__(self, in_planes: int, planes: int):
        super().__init__()
        self.widens = in_planes != planes
        self.conv1 = nn.Conv2d(in_planes, planes, 3, stride=2 if self.widens else 1, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(planes)
        self.conv2 = nn.Conv2d(planes, planes, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(planes)

    def forward(self, x):
        out = F.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        if self.widens:
            pad = out.shape[1] // 4
            x = F.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, pad, pad))
        return F.relu(out + x)


class ResNet56(nn.Module):
    def __init__(self, num_classes: int):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 16, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(16)
        self.layer1 = nn.Sequential(*(Block(16, 16) for _ in range(9)))
        self.layer2 = nn.Sequential(Block(16, 32), *(Block(32, 32) for _ in range(8)))
        self.layer3 = nn.Sequential(Block(32, 64), *(Block(64, 64) for _ in range(8)))
        self.linear = nn.Linear(64, num_classes)

    def forward(self, x):
        x = F.relu(self.bn1(self.conv1(x)))
        x = self.layer3(self.layer2(self.layer1(x)))
        return self.linear(x.mean((2, 3)))


def build_model(weights: pathlib.Path | None, num_classes: int) -> nn.Module:
    """The published network with a new head, or torchvision's random initialisation where `weights` is None."""
    if weights is None:
        model = ResNet56(num_classes)
        for module in model.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
        return model
    model = ResNet56(10)
    state = torch.load(weights, map_location="cpu", weights_only=True)["state_dict"]
    model.load_state_dict({name.removeprefix("module."): tensor for name, tensor in state.items()})
    model.linear = nn.Linear(64, num_classes)
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
