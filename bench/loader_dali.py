"""NVIDIA DALI's side of bench/loader.py, on the CPU alone; it runs in DALI's own environment.

Usage: python bench/loader_dali.py DATA     then requests as bench/loader_sides.py has them, without kind "transform".
DALI prepares the next epoch while the last one is used and after it, so its time is taken in the steady state: what waits
in its queue is taken out before the clock starts, and the queue is as full when it stops. Its batches are counted as they
are; to hand them to PyTorch would cost a copy.
"""
import sys
import time

import numpy
from children import serve, wait_until_idle
from nvidia.dali import fn, pipeline_def, types

MEAN = [255 * value for value in (0.485, 0.456, 0.406)]
STD = [255 * value for value in (0.229, 0.224, 0.225)]
CROP_PX, RESIZE_PX = 224, 256


def train_pictures(files, settings):
    codec = {"device": "cpu", "output_type": types.RGB, "adjust_orientation": False, "use_fast_idct": settings["fast_idct"]}
    if settings["decode"] == "window":
        return fn.resize(fn.decoders.image_random_crop(files, **codec), size=[CROP_PX, CROP_PX])
    return fn.random_resized_crop(fn.decoders.image(files, **codec), size=[CROP_PX, CROP_PX])


def evaluation_pictures(files, settings):
    """The window is the part of the picture that the centre crop keeps; its borders are then a little different."""
    codec = {"device": "cpu", "output_type": types.RGB, "adjust_orientation": False, "use_fast_idct": settings["fast_idct"]}
    if settings["decode"] == "whole":
        return fn.resize(fn.decoders.image(files, **codec), resize_shorter=RESIZE_PX)
    shape = fn.cast(fn.slice(fn.peek_image_shape(files), 0, 2, axes=[0]), dtype=types.FLOAT)
    side = fn.reductions.min(shape) * (CROP_PX / RESIZE_PX)
    window = fn.decoders.image_slice(files, (shape - side) / 2, fn.stack(side, side), normalized_anchor=False,
                                     normalized_shape=False, axes=[0, 1], **codec)
    return fn.resize(window, size=[CROP_PX, CROP_PX])


@pipeline_def
def picture_pipeline(data, mode, settings):
    files, labels = fn.readers.file(name="files", file_root=data, random_shuffle=mode == "train",
                                    read_ahead=settings["read_ahead"])
    pictures = (train_pictures if mode == "train" else evaluation_pictures)(files, settings)
    mirror = fn.random.coin_flip(probability=0.5) if mode == "train" else 0
    layout = "CHW" if settings["layout"] == "NCHW" else "HWC"
    images = fn.crop_mirror_normalize(pictures, crop=(CROP_PX, CROP_PX), mirror=mirror, mean=MEAN, std=STD,
                                      dtype=types.FLOAT, output_layout=layout)
    return images, labels


class Side:
    def __init__(self, data):
        self.data, self.pipeline = data, None

    def get_ready(self, kind, mode, settings):
        self.pipeline, self.batch, self.queued = None, settings["batch"], settings["prefetch"]
        self.pipeline = picture_pipeline(
            data=self.data, mode=mode, settings=settings, batch_size=self.batch, device_id=None, seed=1,
            num_threads=1 if kind == "core" else settings["workers"], prefetch_queue_depth=self.queued)
        self.pipeline.build()
        self.pictures = self.pipeline.epoch_size("files")
        means = []
        while len(means) < self.pictures:
            images, _ = self.pipeline.run()
            means += [numpy.asarray(image).mean(dtype=numpy.float64) for image in images]
        wait_until_idle()
        return {"pictures": self.pictures, "mean": float(numpy.mean(means[:self.pictures]))}

    def run(self, epochs):
        for _ in range(self.queued + 1):
            self.pipeline.run()
        batches = -(-epochs * self.pictures // self.batch)
        start = time.perf_counter()
        pictures = sum(len(self.pipeline.run()[0]) for _ in range(batches))
        seconds = time.perf_counter() - start
        wait_until_idle()
        return {"seconds": seconds, "pictures": pictures}

    def answer(self, epochs=None, **task):
        return self.run(epochs) if epochs else self.get_ready(**task)


if __name__ == "__main__":
    serve(Side(*sys.argv[1:]).answer)
