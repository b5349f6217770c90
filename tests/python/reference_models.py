"""The real libraries' ResNets, under the names that C++ has for them, with hash-filled weights and pictures.

golden/models/make_models.py writes their numbers down; tests/models/*.py compare C++ with them bit for bit.
"""
import dataclasses
import math
from collections.abc import Callable

import numpy as np
import reference_shim  # noqa: F401
import torch
from torch import nn

from cifar_resnet import CifarResNet
from hash_uniform import uniform
import mmpretrain  # noqa: F401
import mmpretrain.models  # noqa: F401
import timm
import torchvision
import transformers

IMAGENET_INPUTS = ((96, 64), (70, 101))
EVEN_INPUTS = ((96, 64), (64, 128))  # for nets that take multiples of 32 only
CIFAR_INPUTS = ((24, 32), (33, 31))
BIG_INPUTS = ((24, 16), (17, 21))  # for the CIFAR nets that would take long


@dataclasses.dataclass(frozen=True)
class Reference:
    library: str
    arch: str  # as C++ knows it
    build: Callable[..., nn.Module]  # timm's take create_model's options
    inputs: tuple = IMAGENET_INPUTS


class OpenMMLab(nn.Module):
    """An mmpretrain classifier that is called with pictures alone."""

    def __init__(self, kind: str, depth: int, num_classes: int = 1000, **options):
        super().__init__()
        from mmpretrain.registry import MODELS
        channels = 512 if depth < 50 else 2048
        self.net = MODELS.build(dict(
            type="ImageClassifier", backbone=dict(type=kind, depth=depth, **options), neck=dict(type="GlobalAveragePooling"),
            head=dict(type="LinearClsHead", num_classes=num_classes, in_channels=channels)))
        for stage in range(1, 5):
            self.__dict__[f"layer{stage}"] = getattr(self.net.backbone, f"layer{stage}")

    def forward(self, x):
        return self.net(x, mode="tensor")

    def state_dict(self, *args, **kwargs):
        return self.net.state_dict(*args, **kwargs)

    def load_state_dict(self, state, **kwargs):
        return self.net.load_state_dict(state, **kwargs)


class HuggingFace(nn.Module):
    """A ResNetForImageClassification that is called with pictures alone."""

    def __init__(self, **options):
        super().__init__()
        self.net = transformers.ResNetForImageClassification(transformers.ResNetConfig(num_labels=1000, **options))
        for index, stage in enumerate(self.net.resnet.encoder.stages):
            self.__dict__[f"layer{index + 1}"] = stage.layers

    def forward(self, x):
        return self.net(x).logits

    def state_dict(self, *args, **kwargs):
        """In torchvision's order: a block's shortcut behind its other layers."""
        state = self.net.state_dict(*args, **kwargs)
        blocks = {}
        for name in state:
            blocks.setdefault(name.split(".shortcut.")[0].split(".layer.")[0], []).append(name)
        return {name: state[name] for names in blocks.values() for name in sorted(names, key=lambda n: ".shortcut." in n)}

    def load_state_dict(self, state, **kwargs):
        return self.net.load_state_dict(state, **kwargs)


def torchvision_models():
    for name in ("resnet18", "resnet34", "resnet50", "resnet101", "resnet152", "resnext50_32x4d", "resnext101_32x8d",
                 "resnext101_64x4d", "wide_resnet50_2", "wide_resnet101_2"):
        yield Reference("torchvision", name, lambda name=name: torchvision.models.get_model(name, weights=None))
    yield Reference("torchvision", "resnext101_32x48d", lambda: torchvision.models.ResNet(
        torchvision.models.resnet.Bottleneck, [3, 4, 23, 3], groups=32, width_per_group=48))


def small_senet(**options):
    """SENet-154's blocks, stem and shortcuts, two blocks a stage."""
    return timm.models.resnet.ResNet(
        timm.models.resnet.Bottleneck, (2, 2, 2, 2), cardinality=64, base_width=4, stem_type="deep", down_kernel_size=3,
        block_reduce_first=2, block_args=dict(attn_layer="se"), **options)


def timm_models():
    for name in (name for module in ("resnet", "resnest", "res2net") for name in timm.list_models(module=module)):
        inputs = EVEN_INPUTS if "aa" in name else IMAGENET_INPUTS
        yield Reference("timm", name, lambda name=name, **options: timm.create_model(name, **options), inputs)
    yield Reference("timm", "senet_small", small_senet)


def openmmlab_models():
    def net(arch, kind, depth, **options):
        return Reference("mmpretrain", arch, lambda: OpenMMLab(kind, depth, **options))

    for depth in (18, 34, 50, 101, 152):
        yield net(f"resnet{depth}", "ResNet", depth)
        yield Reference("mmpretrain", f"resnet{depth}_cifar",
                        lambda depth=depth: OpenMMLab("ResNet_CIFAR", depth, num_classes=10), BIG_INPUTS)
    for depth in (50, 101, 152):
        yield net(f"resnet{depth}c", "ResNetV1c", depth)
        yield net(f"resnet{depth}d", "ResNetV1d", depth)
        yield net(f"resnext{depth}_32x4d", "ResNeXt", depth, groups=32, width_per_group=4)
        yield net(f"seresnet{depth}", "SEResNet", depth)
        yield net(f"resnet{depth}_caffe", "ResNet", depth, style="caffe")
    yield net("resnext101_32x8d", "ResNeXt", 101, groups=32, width_per_group=8)
    yield net("wide_resnet50_2", "ResNet", 50, base_channels=128, expansion=2)
    yield net("wide_resnet101_2", "ResNet", 101, base_channels=128, expansion=2)
    for depth in (50, 101):
        yield net(f"seresnext{depth}_32x4d", "SEResNeXt", depth, groups=32, width_per_group=4)
    yield net("resnest50d", "ResNeSt", 50)
    for depth in (101, 200, 269):
        yield net(f"resnest{depth}e", "ResNeSt", depth, stem_channels=128)
    for depth, width, scales in ((50, 14, 8), (50, 26, 8), (101, 26, 4)):
        yield net(f"res2net{depth}_{width}w_{scales}s", "Res2Net", depth, base_width=width, scales=scales, deep_stem=False,
                  avg_down=False)


def hugging_face_models():
    def net(arch, **options):
        return Reference("transformers", arch, lambda: HuggingFace(**options))

    basic = dict(layer_type="basic", hidden_sizes=[64, 128, 256, 512])
    yield net("resnet18", depths=[2, 2, 2, 2], **basic)
    yield net("resnet34", depths=[3, 4, 6, 3], **basic)
    yield net("resnet50")
    yield net("resnet101", depths=[3, 4, 23, 3])
    yield net("resnet152", depths=[3, 8, 36, 3])
    yield net("hf_early_strides", downsample_in_bottleneck=True, downsample_in_first_stage=True)
    for ours, theirs in (("relu6",) * 2, ("leaky_relu",) * 2, ("gelu",) * 2, ("gelu_tanh", "gelu_pytorch_tanh"),
                         ("quick_gelu",) * 2, ("silu",) * 2, ("mish",) * 2, ("tanh",) * 2, ("sigmoid",) * 2, ("linear",) * 2):
        yield net(f"hf_{ours}", depths=[2, 2, 2, 2], hidden_act=theirs, **basic)


def paper_models():
    for depth in (20, 32, 44, 56, 110, 1202):
        inputs = BIG_INPUTS if depth > 110 else CIFAR_INPUTS
        yield Reference("paper", f"resnet{depth}_cifar", lambda depth=depth: CifarResNet(depth), inputs)
        yield Reference("paper", f"resnet{depth}_cifar_b", lambda depth=depth: CifarResNet(depth, option="B"), inputs)


def all_models() -> dict[tuple[str, str], Reference]:
    """By (library, arch)."""
    return {(model.library, model.arch): model
            for models in (torchvision_models, timm_models, openmmlab_models, hugging_face_models, paper_models)
            for model in models()}


def filled_state(model: nn.Module, norm_gain: float) -> dict[str, torch.Tensor]:
    """A state dict with the variance of He's initialisation; `norm_gain` keeps deep nets from growing without bound."""
    state = {}
    for index, (name, tensor) in enumerate(model.state_dict().items()):
        if name.endswith("num_batches_tracked"):
            state[name] = torch.tensor(index)
            continue
        u = uniform(index, tensor.shape)
        if tensor.dim() > 1:
            u = (u - 0.5) * math.sqrt(24.0 / (tensor.numel() // tensor.shape[0]))
        elif name.endswith("running_var"):
            u = u + 0.5
        elif name.endswith("weight"):
            u = (u + 0.5) * norm_gain
        else:
            u = (u - 0.5) * 0.2
        state[name] = torch.from_numpy(u.astype(np.float32))
    return state


def pictures(index: int, height: int, width: int, channels: int = 3) -> torch.Tensor:
    """float32 in [-2, 2)."""
    return torch.from_numpy(((uniform(1_000_000 + index, (2, channels, height, width)) - 0.5) * 4).astype(np.float32))


def stages(model: nn.Module) -> list[nn.Module]:
    return [getattr(model, name) for name in ("layer1", "layer2", "layer3", "layer4") if hasattr(model, name)]


def norm_gain(model: nn.Module) -> float:
    """Lets the branches of all blocks together about double the variance."""
    blocks = [block for stage in stages(model) for block in stage]
    last = blocks[-1]
    convs = len(last.layer) if hasattr(last, "layer") else sum(name.startswith("conv") for name, _ in last.named_children())
    return round(len(blocks) ** (-1 / (2 * convs)), 3)


def run(model: nn.Module, images: torch.Tensor) -> tuple[torch.Tensor, list[torch.Tensor]]:
    """Logits and the map after each stage."""
    maps = []
    hooks = [stage[-1].register_forward_hook(lambda _m, _i, out: maps.append(out.clone())) for stage in stages(model)]
    with torch.no_grad():
        logits = model.eval()(images)
    for hook in hooks:
        hook.remove()
    return logits, maps
