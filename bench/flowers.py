"""Fine-tunes akamaster's CIFAR ResNet-56 on five kinds of flowers with PyTorch and with zoo; compares the accuracies.

Each finished run is one JSON line in --out; a run that is already there is not repeated, so the script can be stopped
and started again. Then it prints, per mode, mean, standard deviation and standard error of the last epoch's top-1, and
whether the two sides differ by less than two standard errors of the difference. --seeds 0 only prints.

The pictures and the checkpoint are found in $ZOO_CORPUS, else in ../shared/corpus beside the repository. Every fifth
file of a class, in name order, is validation.
"""
import argparse
import json
import math
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

REPOSITORY = pathlib.Path(__file__).resolve().parent.parent
CORPUS = pathlib.Path(os.environ.get("ZOO_CORPUS", REPOSITORY.parent / "shared/corpus"))
WEIGHTS = CORPUS / "checkpoints/resnet/akamaster_resnet56-4bfd9763.th"
PICTURES = CORPUS / "datasets/flowers5_128"
RECIPE = dict(batch_size=64, lr=0.02, momentum=0.9, weight_decay=5e-4, warmup_epochs=1, crop_scale=(0.35, 1.0),
              image_size=32, resize=36)
SIDES = ("python", "zoo")
MODES = ("pretrained", "scratch")


def link_split(target: pathlib.Path) -> None:
    """Fills target/train and target/val with class folders of links to the pictures."""
    for folder in sorted(path for path in PICTURES.iterdir() if path.is_dir()):
        for index, picture in enumerate(sorted(folder.iterdir())):
            link = target / ("train" if index % 5 else "val") / folder.name / picture.name
            link.parent.mkdir(parents=True, exist_ok=True)
            link.symlink_to(picture.resolve())


def run_python(data: pathlib.Path, weights: pathlib.Path | None, recipe: dict, seed: int, threads: int) -> list[float]:
    import flowers_torch  # here, so that zoo's side needs no PyTorch

    return flowers_torch.finetune(data, weights, recipe, seed, threads)


def run_zoo(zoo: str, data: pathlib.Path, weights: pathlib.Path | None, recipe: dict, seed: int,
            threads: int) -> list[float]:
    with tempfile.TemporaryDirectory() as run:
        options = {name.replace("_", "-"): value for name, value in recipe.items()}
        options["crop-scale"] = ",".join(map(str, recipe["crop_scale"]))
        options |= {"arch": "resnet56_cifar", "data": data, "out": run, "seed": seed, "precision": "fp32"}
        if weights:
            options["weights"] = weights
        command = [zoo, "finetune", "--nesterov", "--overwrite", "--json"]
        for name, value in options.items():
            command += [f"--{name}", str(value)]
        environment = os.environ | {"OMP_NUM_THREADS": str(threads)}
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=environment)
        lines = (pathlib.Path(run) / "metrics.jsonl").read_text().splitlines()
    return [epoch["val_top1"] for epoch in map(json.loads, lines) if "val_top1" in epoch]


def read_results(out: pathlib.Path, epochs: int) -> dict:
    """The results of runs of this length by (side, mode, seed)."""
    lines = out.read_text().splitlines() if out.exists() else []
    return {(r["side"], r["mode"], r["seed"]): r for r in map(json.loads, lines) if r["epochs"] == epochs}


def summarize(results: dict) -> str:
    lines = [f"{'mode':<12}{'side':<8}{'runs':>5}{'mean':>8}{'std':>7}{'stderr':>8}   top-1 of the last epoch, %"]
    for mode in MODES:
        means, errors = [], []
        for side in SIDES:
            top1 = [r["top1"] for key, r in sorted(results.items()) if key[:2] == (side, mode)]
            if len(top1) < 2:
                continue
            std = statistics.stdev(top1)
            means.append(statistics.mean(top1))
            errors.append(std / math.sqrt(len(top1)))
            runs = " ".join(f"{value:.1f}" for value in top1)
            lines.append(f"{mode:<12}{side:<8}{len(top1):>5}{means[-1]:>8.2f}{std:>7.2f}{errors[-1]:>8.2f}   {runs}")
        if len(means) == len(SIDES):
            difference, error = means[1] - means[0], math.hypot(*errors)
            verdict = "less than" if abs(difference) < 2 * error else "NOT less than"
            lines.append(f"{mode:<12}zoo - python = {difference:+.2f}, {verdict} two standard errors ({2 * error:.2f})")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--side", choices=(*SIDES, "both"), default="both")
    parser.add_argument("--mode", choices=(*MODES, "both"), default="both")
    parser.add_argument("--seeds", type=int, default=5, help="how many, counted from 0")
    parser.add_argument("--epochs", type=int, default=12)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--zoo", default=str(REPOSITORY / "build/bin/zoo"), help="the zoo program")
    parser.add_argument("--out", type=pathlib.Path, default=REPOSITORY / "bench/results/flowers.jsonl")
    args = parser.parse_args()

    recipe = RECIPE | {"epochs": args.epochs}
    sides = SIDES if args.side == "both" else (args.side,)
    modes = MODES if args.mode == "both" else (args.mode,)
    done = read_results(args.out, args.epochs)
    wanted = [(side, mode, seed) for mode in modes for seed in range(args.seeds) for side in sides]
    args.out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        data = pathlib.Path(folder)
        link_split(data)
        for side, mode, seed in (run for run in wanted if run not in done):
            weights = WEIGHTS if mode == "pretrained" else None
            start = time.monotonic()
            if side == "python":
                top1 = run_python(data, weights, recipe, seed, args.threads)
            else:
                top1 = run_zoo(args.zoo, data, weights, recipe, seed, args.threads)
            result = dict(side=side, mode=mode, seed=seed, epochs=args.epochs, threads=args.threads,
                          top1=round(top1[-1], 3), best_top1=round(max(top1), 3),
                          wall_s=round(time.monotonic() - start, 1))
            with args.out.open("a") as file:
                file.write(json.dumps(result) + "\n")
            print(json.dumps(result), file=sys.stderr, flush=True)
    print(summarize(read_results(args.out, args.epochs)))


if __name__ == "__main__":
    main()
