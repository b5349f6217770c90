"""Times opening ResNet-50 (102 MB) and ResNet-152 (241 MB) checkpoints, random weights, in zoo and in Python.

Usage: python bench/checkpoint_open.py [--programs build/bin] [--rounds 15]
       (after cmake --build build --target bench_checkpoint_open zoo)
Each round runs each pair, zoo and Python in turn, both in processes that stay; the first round warms up and does not count.
The files are in the page cache. A ratio is the median of the rounds' own ratios, so that what slows the whole machine
for a while does not count. "CRC" = zoo checks the CRC-32 of each zip record; Python never does. "need" is the least ratio
that zoo promises. The listings are whole runs of `zoo inspect` and have no peer.
"""
import argparse
import pathlib
import statistics
import subprocess
import tempfile

from sides import REPOSITORY, Zoo, conditions, timed
import safetensors.torch
import torch
import torchvision


def run_inspect(programs, file):
    command = [programs / "zoo", "inspect", file]
    return timed(lambda: subprocess.run(command, check=True, stdout=subprocess.DEVNULL))


def comparisons(programs, folder, network):
    """(name, least ratio, zoo's side, Python's side); each side returns the milliseconds of one round."""
    state = getattr(torchvision.models, network)().state_dict()
    files = {name: str(folder / f"{network}.{name}") for name in ("zip", "legacy", "safetensors")}
    torch.save(state, files["zip"])
    torch.save(state, files["legacy"], _use_new_zipfile_serialization=False)
    safetensors.torch.save_file(state, files["safetensors"])

    def load(name, **options):
        return timed(lambda: torch.load(files[name], weights_only=True, **options))

    def load_safetensors(clone):
        def run():
            tensors = safetensors.torch.load_file(files["safetensors"])
            return {key: tensor.clone() for key, tensor in tensors.items()} if clone else tensors

        return timed(run)

    def zoo(name, mode):
        return Zoo(programs / "bench_checkpoint_open", files[name], mode)

    return [("zip: views / torch.load(mmap=True)", 1, zoo("zip", "views"), load("zip", mmap=True)),
            ("zip: views, CRC / torch.load", 2, zoo("zip", "checked"), load("zip")),
            ("zip: copies, CRC / torch.load", 2, zoo("zip", "owned"), load("zip")),
            ("legacy: views / torch.load", 2, zoo("legacy", "views"), load("legacy")),
            ("legacy: copies / torch.load", 2, zoo("legacy", "owned"), load("legacy")),
            ("safetensors: views / load_file", 1, zoo("safetensors", "views"), load_safetensors(False)),
            ("safetensors: copies / load_file, clone", 1, zoo("safetensors", "owned"), load_safetensors(True)),
            *((f"{name}: zoo inspect", None, run_inspect(programs, files[name]), None) for name in files)]


def measure(rows, rounds):
    """For each row the (zoo, Python) milliseconds of each round."""
    times = [[] for _ in rows]
    for round_index in range(rounds + 1):
        for (_, _, zoo, python), pairs in zip(rows, times):
            pair = zoo(), python() if python else None
            if round_index > 0:
                pairs.append(pair)
    return times


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--programs", type=pathlib.Path, default=REPOSITORY / "build/bin")
    parser.add_argument("--rounds", type=int, default=15)
    options = parser.parse_args()
    print(conditions(options.rounds))
    print(f"{'':52}{'zoo ms':>9}{'Python ms':>11}{'ratio':>8}{'need':>6}")
    for network in ("resnet50", "resnet152"):
        with tempfile.TemporaryDirectory() as folder:
            rows = comparisons(options.programs, pathlib.Path(folder), network)
            for (name, need, zoo, python), pairs in zip(rows, measure(rows, options.rounds)):
                line = f"{network} {name:42}{statistics.median(ours for ours, _ in pairs):9.2f}"
                if python:
                    ratio = statistics.median(theirs / ours for ours, theirs in pairs)
                    line += f"{statistics.median(theirs for _, theirs in pairs):11.2f}{ratio:8.1f}{need:6}"
                print(line)
            for _, _, zoo, python in rows:
                if python:
                    zoo.close()


if __name__ == "__main__":
    main()
