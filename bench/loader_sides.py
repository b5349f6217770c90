"""The sides of bench/loader.py that run in the reference environment: torchvision's v1 and v2 transforms and timm.

Usage: python bench/loader_sides.py SIDE DATA     then requests as bench/children.py has them:
  {"kind", "mode", "settings"}  gets ready, and tells the pictures and the mean of all numbers of an epoch
  {"epochs"}                    runs them, and tells the seconds and the pictures
kind: "loader" is a DataLoader; "core" goes from files to tensors in this thread alone; "transform" starts from decoded
pictures in memory. mode: "train" is RandomResizedCrop(224), flip, normalise; "evaluate" is Resize(256), CenterCrop(224),
normalise.
"""
import sys
import time
import warnings

from children import serve
import sides  # noqa: F401, makes the libraries importable
import timm.data
import torch
import torchvision
from torch.utils.data import DataLoader, default_collate
from torchvision.transforms import v2
from torchvision import transforms as v1

# The search for the best settings tries more workers than cores.
warnings.filterwarnings("ignore", message="This DataLoader will create")

MEAN, STD = timm.data.IMAGENET_DEFAULT_MEAN, timm.data.IMAGENET_DEFAULT_STD
CROP_PX, RESIZE_PX = 224, 256


def geometry(transforms, mode):
    if mode == "train":
        return [transforms.RandomResizedCrop(CROP_PX), transforms.RandomHorizontalFlip()]
    return [transforms.Resize(RESIZE_PX), transforms.CenterCrop(CROP_PX)]


def to_float(normalise):
    return [v2.ToDtype(torch.float32, scale=True), v2.Normalize(MEAN, STD)] if normalise else []


# Each makes the transform of a PIL picture; without `normalise` it ends with 8-bit tensors.
def v1_pil(mode, normalise):
    last = [v1.ToTensor(), v1.Normalize(MEAN, STD)] if normalise else [v1.PILToTensor()]
    return v1.Compose(geometry(v1, mode) + last)


def v2_pil(mode, normalise):
    return v2.Compose(geometry(v2, mode) + [v2.PILToTensor()] + to_float(normalise))


def v2_tensor(mode, normalise):
    return v2.Compose([v2.PILToTensor()] + geometry(v2, mode) + to_float(normalise))


def timm_transform(mode, normalise):
    # Alone, timm would add colour jitter to the crop and the flip.
    return timm.data.create_transform(CROP_PX, is_training=mode == "train", color_jitter=None, use_prefetcher=not normalise)


TRANSFORMS = {"torchvision v1": v1_pil, "torchvision v2, PIL": v2_pil, "torchvision v2, tensor": v2_tensor,
              "timm": timm_transform}


def open_pictures(side, data, transform):
    if side == "timm":
        return timm.data.ImageDataset(data, transform=transform)
    return torchvision.datasets.ImageFolder(data, transform)


def collate_channels_last(samples):
    """Like default_collate, straight into the shared memory that the batch travels in."""
    channels, height, width = samples[0][0].shape
    dtype = samples[0][0].dtype
    elements = len(samples) * channels * height * width
    memory = torch.UntypedStorage._new_shared(elements * dtype.itemsize)
    images = torch.empty(0, dtype=dtype).set_(memory, 0, (len(samples), height, width, channels)).permute(0, 3, 1, 2)
    for image, (pixels, _) in zip(images, samples):
        image.copy_(pixels)
    return images, torch.tensor([label for _, label in samples])


class NormaliseHere:
    """Batches of bytes, a quarter of the memory to hand over, become numbers in the process that asks for them."""

    def __init__(self, batches):
        self.batches = batches
        self.mean = torch.tensor(MEAN).mul(255).view(1, 3, 1, 1)
        self.std = torch.tensor(STD).mul(255).view(1, 3, 1, 1)

    def __iter__(self):
        for images, labels in self.batches:
            yield images.float().sub_(self.mean).div_(self.std), labels


def torchvision_loader(side, data, mode, settings):
    here = settings["normalise"] == "here"
    pictures = open_pictures(side, data, TRANSFORMS[side](mode, not here))
    batches = DataLoader(
        pictures, settings["batch"], shuffle=mode == "train", num_workers=settings["workers"], persistent_workers=True,
        prefetch_factor=settings["prefetch"], pin_memory=False,
        collate_fn=collate_channels_last if settings["layout"] == "NHWC" else default_collate)
    return NormaliseHere(batches) if here else batches


def timm_loader(side, data, mode, settings):
    """timm's training loader leaves the last, smaller batch out."""
    return timm.data.create_loader(
        open_pictures(side, data, None), (3, CROP_PX, CROP_PX), settings["batch"], is_training=mode == "train",
        color_jitter=None, num_workers=settings["workers"], persistent_workers=True, pin_memory=False,
        use_prefetcher=settings["normalise"] == "here", device=torch.device("cpu"))


class SinglePictures:
    """The pictures one by one, without a loader."""

    def __init__(self, pictures):
        self.pictures = pictures

    def __iter__(self):
        for index in range(len(self.pictures)):
            image, label = self.pictures[index]
            yield image.unsqueeze(0), label


class Decoded(torch.utils.data.Dataset):
    def __init__(self, side, data, transform):
        self.pictures = [(image.convert("RGB"), label) for image, label in open_pictures(side, data, None)]
        self.transform = transform

    def __len__(self):
        return len(self.pictures)

    def __getitem__(self, index):
        image, label = self.pictures[index]
        return self.transform(image), label


def open_batches(side, data, kind, mode, settings):
    if kind == "loader":
        return (timm_loader if side == "timm" else torchvision_loader)(side, data, mode, settings)
    torch.set_num_threads(1)
    transform = TRANSFORMS[side](mode, True)
    return SinglePictures((Decoded if kind == "transform" else open_pictures)(side, data, transform))


class Side:
    def __init__(self, name, data):
        self.name, self.data, self.batches = name, data, None

    def get_ready(self, kind, mode, settings):
        self.batches = None  # ends the workers of other settings first
        self.batches = open_batches(self.name, self.data, kind, mode, settings)
        total, count, pictures = 0.0, 0, 0
        for images, _ in self.batches:
            assert images.dtype == torch.float32 and images.shape[1:] == (3, CROP_PX, CROP_PX)
            total += images.sum(dtype=torch.float64).item()
            count += images.numel()
            pictures += len(images)
        return {"pictures": pictures, "mean": total / count}

    def run(self, epochs):
        pictures = 0
        start = time.perf_counter()
        for _ in range(epochs):
            for images, _ in self.batches:
                pictures += len(images)
        return {"seconds": time.perf_counter() - start, "pictures": pictures}

    def answer(self, epochs=None, **task):
        return self.run(epochs) if epochs else self.get_ready(**task)


if __name__ == "__main__":
    serve(Side(*sys.argv[1:]).answer)
