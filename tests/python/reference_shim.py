"""Lets `import torchvision` succeed beside a CPU build of torch; import this module first.

A package index may serve torchvision only as a CUDA build. Its compiled operators do not load beside a CPU torch, and
the import then fails while it attaches shape functions to operators that nobody declared. Classification uses none of
them, so a declaration without an implementation is enough. Where the operators do load, nothing is declared.
"""
import importlib.util
import pathlib

import torch

_DETECTION_OPS = [
    "nms",
    "qnms",
    *(
        prefix + name + suffix
        for name in ("roi_align", "ps_roi_align", "roi_pool", "ps_roi_pool", "deform_conv2d")
        for prefix, suffix in (("", ""), ("_", "_backward"))
    ),
]


def _loads(library: pathlib.Path) -> bool:
    try:
        torch.ops.load_library(str(library))
    except OSError:
        return False
    return True


def _declare_missing_ops() -> torch.library.Library | None:
    spec = importlib.util.find_spec("torchvision")
    folders = spec.submodule_search_locations if spec else []
    if any(_loads(path) for folder in folders for path in pathlib.Path(folder).glob("_C*.so")):
        return None
    library = torch.library.Library("torchvision", "DEF")
    for name in _DETECTION_OPS:
        library.define(f"{name}(Tensor x) -> Tensor")
    return library


declarations = _declare_missing_ops()  # the names vanish with this object
