"""Times writing ResNet-50's and ResNet-152's state dict (random weights) in zoo and in Python: medians of interleaved rounds.

Usage: python bench/checkpoint_write.py [--program build/bin/bench_checkpoint_write] [--rounds 15] [--folder DIR]
zoo syncs the file and the folder around the rename, which Python never does; "+ fsync" is Python with one fsync.
"""
import argparse
import os
import pathlib
import statistics
import tempfile
from functools import partial

from sides import REPOSITORY, Zoo, conditions, timed
import safetensors.torch
import torch
import torchvision


def write_synced(write, target):
    write(target)
    with open(target, "rb+") as file:
        os.fsync(file.fileno())


def writers_of(program, folder, name):
    """(label, one round in ms) of every writer."""
    state = torchvision.models.get_model(name).state_dict()
    source = str(folder / "source.pth")
    torch.save(state, source)
    writers = {"pth": lambda target: torch.save(state, target),
               "safetensors": lambda target: safetensors.torch.save_file(state, target)}
    for suffix, write in writers.items():
        label = "torch.save" if suffix == "pth" else "save_file"
        yield f"{name} {suffix}: zoo", Zoo(program, source, str(folder / f"zoo.{suffix}"))
        yield f"{name} {suffix}: {label}", timed(partial(write, str(folder / f"python.{suffix}")))
        yield f"{name} {suffix}: {label} + fsync", timed(partial(write_synced, write, str(folder / f"synced.{suffix}")))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", default=str(REPOSITORY / "build/bin/bench_checkpoint_write"))
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--folder", help="where to write; default: the system's temporary folder")
    options = parser.parse_args()
    print(conditions(options.rounds))
    for name in ("resnet50", "resnet152"):
        with tempfile.TemporaryDirectory(dir=options.folder) as folder:
            rounds = [(label, side, []) for label, side in writers_of(options.program, pathlib.Path(folder), name)]
            for index in range(options.rounds + 1):
                for _, side, times in rounds:
                    wall = side()
                    if index > 0:  # the first one warms up
                        times.append(wall)
            for label, side, times in rounds:
                print(f"{label:40}{statistics.median(times):9.1f} ms")
                if isinstance(side, Zoo):
                    side.close()


if __name__ == "__main__":
    main()
