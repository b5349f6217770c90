"""Opens a model directory with timm and with transformers; prints the logits of both and what they say of it, as JSON.

The pictures are those of hash_pictures(1000, {2, 3, 64, 64}) in hash_fill.h.
"""
import json
import pathlib
import sys

import torch

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "python"))
import reference_shim  # noqa: E402,F401
import timm  # noqa: E402
import transformers  # noqa: E402
from hash_uniform import uniform  # noqa: E402

folder = sys.argv[1]
images = torch.from_numpy((uniform(1000, (2, 3, 64, 64)) - 0.5) * 4).float().contiguous(memory_format=torch.channels_last)
torch.set_num_threads(2)


@torch.inference_mode()
def logits(model) -> list:
    model = model.eval().to(memory_format=torch.channels_last)
    output = model(images)
    return getattr(output, "logits", output).tolist()


by_timm = timm.create_model(f"local-dir:{folder}", pretrained=True)
by_transformers, loading = transformers.AutoModelForImageClassification.from_pretrained(folder, output_loading_info=True)
print(json.dumps({
    "timm": logits(by_timm),
    "transformers": logits(by_transformers),
    "missing": sorted(loading["missing_keys"]) + sorted(loading["unexpected_keys"]),
    "labels": by_timm.pretrained_cfg["label_names"],
    "id2label": [by_transformers.config.id2label[i] for i in range(by_transformers.config.num_labels)],
    "input_size": by_timm.pretrained_cfg["input_size"],
    "crop_pct": by_timm.pretrained_cfg["crop_pct"],
}))
