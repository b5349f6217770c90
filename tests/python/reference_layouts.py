"""The reference models whose tensor names and shapes the layouts must have: each builds on the meta device."""
import dataclasses
from collections.abc import Iterator

import torch

import reference_models
from reference_models import HuggingFace, OpenMMLab, Reference

LAYOUTS = {"torchvision": "torchvision", "timm": "timm", "mmpretrain": "openmmlab", "transformers": "huggingface",
           "paper": "akamaster"}
NOT_IN_THE_TABLE = ("senet_small", "hf_")


def more_models() -> Iterator[Reference]:
    """Of names, not of numbers: what their logits would show, others show already."""
    for depth in (18, 34):
        yield Reference("mmpretrain", f"resnet{depth}d", lambda depth=depth: OpenMMLab("ResNetV1d", depth))
    yield Reference("mmpretrain", "resnext101_64x4d", lambda: OpenMMLab("ResNeXt", 101, groups=64, width_per_group=4))
    yield Reference("mmpretrain", "resnet50_gn", lambda: OpenMMLab("ResNet", 50, norm_cfg=dict(type="GN", num_groups=32)))
    for width, scales in ((26, 4), (26, 6), (48, 2)):
        yield Reference("mmpretrain", f"res2net50_{width}w_{scales}s",
                        lambda width=width, scales=scales: OpenMMLab("Res2Net", 50, base_width=width, scales=scales,
                                                                     deep_stem=False, avg_down=False))
    for depth in (50, 101):
        yield Reference("mmpretrain", f"res2net{depth}d", lambda depth=depth: OpenMMLab("Res2Net", depth, base_width=26))
    yield Reference("transformers", "resnet26", lambda: HuggingFace(depths=[2, 2, 2, 2]))
    for depth, third in ((50, 6), (101, 23)):
        yield Reference("transformers", f"resnet{depth}_caffe",
                        lambda third=third: HuggingFace(depths=[3, 4, third, 3], downsample_in_bottleneck=True))


def on_meta(reference: Reference) -> Reference:
    def build():
        if reference.library == "mmpretrain":  # its constructors read values
            return reference.build().to("meta")
        with torch.device("meta"):
            return reference.build()

    return dataclasses.replace(reference, build=build)


def layout_models() -> Iterator[Reference]:
    """One model for each architecture of the table and library that has it."""
    models = reference_models.all_models() | {(model.library, model.arch): model for model in more_models()}
    for (_, arch), reference in models.items():
        if not arch.startswith(NOT_IN_THE_TABLE):
            yield on_meta(reference)


def named_shapes(reference: Reference, model: torch.nn.Module) -> Iterator[tuple[str, list[int]]]:
    """Under the publisher's own names, in the model's order."""
    for name, tensor in model.state_dict().items():
        if reference.library == "paper":  # akamaster/pytorch_resnet_cifar10
            name = name.replace("fc.", "linear.").replace(".downsample.", ".shortcut.")
        yield name, list(tensor.shape)
