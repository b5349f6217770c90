"""NVIDIA DALI's side of bench/decode.py, on the CPU alone; it runs in DALI's own environment.

Usage: python bench/decode_dali.py LIST whole|window     answers {} with the seconds that decoding all files of the list took
One thread. DALI reads and decodes ahead, so its time is taken in the steady state, as bench/loader_dali.py has it; it reads
the files again each time, from the page cache.
"""
import pathlib
import sys
import time

from children import serve, wait_until_idle
from nvidia.dali import fn, pipeline_def, types

BATCH = 32


@pipeline_def
def decoding(files, mode):
    encoded, _ = fn.readers.file(name="files", files=files)
    codec = {"device": "cpu", "output_type": types.RGB, "adjust_orientation": False}
    if mode == "whole":
        return fn.decoders.image(encoded, **codec)
    return fn.decoders.image_random_crop(encoded, random_area=(0.08, 1.0), random_aspect_ratio=(3 / 4, 4 / 3), **codec)


class Side:
    def __init__(self, listing, mode):
        files = pathlib.Path(listing).read_text().splitlines()
        self.batches = -(-len(files) // BATCH)
        self.share = len(files) / (self.batches * BATCH)  # the last batch of an epoch is filled from the next one
        self.pipeline = decoding(files=files, mode=mode, batch_size=BATCH, device_id=None, seed=1, num_threads=1)
        self.pipeline.build()

    def answer(self):
        for _ in range(3):  # what waits in its queue
            self.pipeline.run()
        start = time.perf_counter()
        for _ in range(self.batches):
            self.pipeline.run()
        seconds = time.perf_counter() - start
        wait_until_idle()
        return {"seconds": seconds * self.share}


if __name__ == "__main__":
    serve(Side(*sys.argv[1:]).answer)
