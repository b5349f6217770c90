"""Fifty steps of each optimizer by torch and timm, with gradients that are given, and rates of each schedule by torch: JSON."""
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "python"))
import reference_shim  # noqa: E402, F401
import torch  # noqa: E402
from timm.optim import Lamb, Lion, RMSpropTF  # noqa: E402

STEPS, SHAPES = 50, [(4, 3), (5,)]
torch.manual_seed(3)
START = [torch.randn(shape) for shape in SHAPES]
GRADIENTS = [[torch.randn(shape) * 10 ** torch.randint(-3, 1, ()).item() for shape in SHAPES] for _ in range(STEPS)]
MAKERS = {
    "sgd": lambda p, wd: torch.optim.SGD(p, 0.1, momentum=0.9, weight_decay=wd, fused=True),
    "adam": lambda p, wd: torch.optim.Adam(p, 0.1, weight_decay=wd, fused=True),
    "adamw": lambda p, wd: torch.optim.AdamW(p, 0.1, weight_decay=wd, fused=True),
    "rmsprop": lambda p, wd: torch.optim.RMSprop(p, 0.1, alpha=0.9, eps=1e-8, momentum=0.9, weight_decay=wd, foreach=False),
    "rmsprop_tf": lambda p, wd: RMSpropTF(p, 0.1, alpha=0.9, eps=1e-8, momentum=0.9, weight_decay=wd, foreach=False),
    "lamb": lambda p, wd: Lamb(p, 0.1, eps=1e-8, weight_decay=wd, foreach=False),
    "lion": lambda p, wd: Lion(p, 0.1, betas=(0.9, 0.999), weight_decay=wd, foreach=False),
}


def run(make, decay):
    parameters = [torch.nn.Parameter(tensor.clone()) for tensor in START]
    optimizer = make(parameters, decay)
    for gradients in GRADIENTS:
        for parameter, gradient in zip(parameters, gradients):
            parameter.grad = gradient.clone()
        optimizer.step()
    return [parameter.detach().flatten().tolist() for parameter in parameters]


def rates(make, steps):
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], 0.5)
    scheduler = make(optimizer)
    found = []
    for _ in range(steps):
        found.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return found


S = torch.optim.lr_scheduler
SCHEDULES = {  # 6 epochs of 4 steps, without a warm-up
    "cosine": lambda o: S.CosineAnnealingLR(o, 24, 0.1), "polynomial": lambda o: S.PolynomialLR(o, 24, 0.7),
    "linear": lambda o: S.LinearLR(o, 1, 0.2, 24), "one_cycle": lambda o: S.OneCycleLR(o, 0.5, total_steps=24),
    "multistep": lambda o: S.MultiStepLR(o, [2 * 4, 5 * 4], 0.3), "exponential": lambda o: S.StepLR(o, 4, 0.6),
    "constant": lambda o: S.LambdaLR(o, lambda _: 1)}

if __name__ == "__main__":
    print(json.dumps({
        "start": [tensor.flatten().tolist() for tensor in START],
        "gradients": [[tensor.flatten().tolist() for tensor in step] for step in GRADIENTS],
        "ends": {name: {str(decay): run(make, decay) for decay in (0.0, 0.05)} for name, make in MAKERS.items()},
        "rates": {name: rates(make, 24) for name, make in SCHEDULES.items()}}))
