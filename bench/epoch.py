"""Times what an epoch of training takes beyond its training steps: ResNet-18 in bf16 on hymenoptera, zoo and PyTorch.

Usage: python bench/epoch.py [--rounds 7] [--json FILE]
       (after cmake --build build --target bench_epoch)
Batches of 32 pictures of 224x224, random crop and flip; SGD with momentum; channels-last; two cores. "held" makes the same
steps on one batch that stays in memory, already in bf16; what an epoch with the loader takes longer is what loading costs.
Each round lets every side do both, in turn, in processes that stay. Loaders have the settings that bench/loader.py --tune
found, each with one and with two workers: on two cores workers and training compete. The share is of the whole epoch,
the median of the rounds' own, with quartiles. Both sides run with glibc's thresholds for giving memory back set high, as
zoo-finetune sets them for itself.
"""
import argparse
import json
import pathlib
import statistics
import sys

from children import Child, in_turn, quartiles
from loader import CORES, DATA, REPOSITORY, first_choice, read_settings

LOADERS = ("torchvision v1", "torchvision v2, tensor")
WORKERS = (1, 2)
BATCH = 32
# In bytes: else the large activations of each step are mapped and unmapped again.
MEMORY = {"MALLOC_MMAP_THRESHOLD_": str(1 << 30), "MALLOC_TRIM_THRESHOLD_": str(1 << 40)}


class TorchSide:
    def __init__(self, loader, workers):
        known = read_settings().get("hymenoptera", {}).get("train", {}).get(loader, first_choice(loader))
        settings = known | {"batch": BATCH, "workers": workers}
        self.name = f"PyTorch, {loader}, {workers} workers"
        command = [sys.executable, REPOSITORY / "bench/epoch_torch.py", loader, DATA["hymenoptera"], json.dumps(settings)]
        self.child = Child(self.name, command, CORES, MEMORY)

    def seconds(self, source):
        return self.child.ask(source=source)["seconds"]


class ZooSide:
    def __init__(self, program, workers):
        self.name = f"zoo, {workers} workers"
        self.child = Child(self.name, [program, DATA["hymenoptera"], workers, BATCH], CORES, MEMORY)

    def seconds(self, source):
        return float(self.child.ask_line(source))


def measure(sides, rounds):
    """{side: [(seconds with the loader, seconds on the held batch)]}; a first round warms up."""
    for side in sides:
        side.seconds("held")
        side.seconds("loader")
    times = {side.name: [] for side in sides}
    for order in in_turn(sides, rounds):
        for side in order:
            times[side.name].append((side.seconds("loader"), side.seconds("held")))
    return times


def report(times):
    print("side: epoch with the loader, steps alone, difference (s); share of the epoch (quartiles)")
    for name, pairs in times.items():
        epoch, steps = (statistics.median(column) for column in zip(*pairs))
        beyond = statistics.median(epoch - steps for epoch, steps in pairs)
        low, share, high = quartiles([100 * (1 - steps / epoch) for epoch, steps in pairs])
        print(f"  {name:42}{epoch:8.3f}{steps:8.3f}{beyond:8.3f}{share:7.1f} % ({low:.1f} to {high:.1f})")
    for kind in ("PyTorch", "zoo"):
        best = min((name for name in times if name.startswith(kind)),
                   key=lambda name: statistics.median(epoch for epoch, _ in times[name]))
        print(f"shortest epoch of {kind}: {best}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--programs", type=pathlib.Path, default=REPOSITORY / "build/bin")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--loaders", nargs="+", choices=LOADERS, default=LOADERS, help="of PyTorch")
    parser.add_argument("--workers", nargs="+", type=int, default=WORKERS)
    parser.add_argument("--json", type=pathlib.Path, metavar="FILE", help="write all numbers there")
    options = parser.parse_args()
    sides = [ZooSide(options.programs / "bench_epoch", workers) for workers in options.workers]
    sides += [TorchSide(loader, workers) for loader in options.loaders for workers in options.workers]
    try:
        times = measure(sides, options.rounds)
    finally:
        for side in sides:
            side.child.close()
    report(times)
    if options.json:
        options.json.write_text(json.dumps(times, indent=1))


if __name__ == "__main__":
    main()
