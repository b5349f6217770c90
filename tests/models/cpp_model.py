"""Runs models_logits (logits_tool.cpp) and compares its tensors with Python's."""
import pathlib
import subprocess
import tempfile

import torch
from safetensors.torch import load_file, save_file


class CppModel:
    def __init__(self, program: str):
        self.program = program

    def archs(self) -> list[str]:
        return self._output("archs").split()

    def run(self, arch: str, inputs: dict[str, torch.Tensor], write_weights=None, renamings=(), **settings):
        """(names of the state dict, outputs). `write_weights(path)` makes the weights' file, or `weights` names it; without
        either they are hash-filled. `renamings`: REGEX=TO, made of the file's names first."""
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            if write_weights is not None:
                write_weights(folder / "weights")
                settings["weights"] = folder / "weights"
            save_file(inputs, folder / "inputs")
            settings |= {f"rename.{i}": renaming for i, renaming in enumerate(renamings)}
            printed = self._output(arch, folder / "inputs", folder / "outputs", *(f"{k}={v}" for k, v in settings.items()))
            return printed.splitlines(), load_file(folder / "outputs")

    def _output(self, *arguments) -> str:
        result = subprocess.run([self.program, *arguments], capture_output=True, text=True)
        if result.returncode != 0:
            raise RuntimeError(result.stderr)
        return result.stdout


def relative_difference(ours: torch.Tensor, reference: torch.Tensor) -> float:
    """0 if the bits are equal; otherwise the largest difference in units of the reference's mean size."""
    if ours.shape != reference.shape:
        return float("inf")
    if torch.equal(ours, reference):
        return 0.0
    difference = (ours.double() - reference.double()).abs().max() / reference.double().abs().mean()
    return float("inf") if difference.isnan() else difference.item()
