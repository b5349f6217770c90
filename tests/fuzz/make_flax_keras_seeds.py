"""Writes the seeds of the MessagePack and HDF5 targets, laid out as Flax 0.8 and Keras 2 do. Run it by hand.

Usage: python tests/fuzz/make_flax_keras_seeds.py, where numpy, msgpack and h5py are installed
Made with numpy 2.4.6, msgpack 1.2.4, h5py 3.16.0.
"""
import io
import pathlib

import h5py
import msgpack
import numpy

SEEDS = pathlib.Path(__file__).resolve().parent / "seeds"

ARRAY, COMPLEX, SCALAR = 1, 2, 3  # Flax's extension types


def keep(target, name, content):
    (SEEDS / target).mkdir(parents=True, exist_ok=True)
    (SEEDS / target / name).write_bytes(content)


def packed_array(array):
    return msgpack.packb((array.shape, array.dtype.name, array.tobytes()), use_bin_type=True)


def pack_extension(value):
    if isinstance(value, numpy.ndarray):
        return msgpack.ExtType(ARRAY, packed_array(value))
    if isinstance(value, numpy.generic):
        return msgpack.ExtType(SCALAR, packed_array(numpy.asarray(value)))
    return msgpack.ExtType(COMPLEX, msgpack.packb((value.real, value.imag)))


def keep_msgpack(name, tree):
    keep("msgpack", name, msgpack.packb(tree, default=pack_extension, strict_types=True))


def keep_hdf5(name, fill, **options):
    file = io.BytesIO()
    with h5py.File(file, "w", **options) as root:
        fill(root)
    keep("hdf5", name, file.getvalue())


def keras_layer(root):
    root.attrs["layer_names"] = [b"conv"]
    root.attrs["keras_version"] = b"2.11.0"
    layer = root.create_group("conv")
    layer.attrs["weight_names"] = [b"conv/kernel:0", b"conv/bias:0"]
    layer.create_dataset("conv/kernel:0", data=numpy.arange(6, dtype="float32").reshape(1, 1, 2, 3))
    layer.create_dataset("conv/bias:0", data=numpy.zeros(3, "float32"))


def dtypes(root):
    for name in ("float16", "float64", "int8", "int64", "uint16", "bool"):
        root[name] = numpy.array([0, 1], name)
    root["scalar"] = 1.5
    root["empty"] = h5py.Empty("float32")
    root.create_dataset("deflated", data=numpy.zeros(64, "float32"), chunks=(16,), compression="gzip")


if __name__ == "__main__":
    kernel = numpy.arange(6, dtype="float32").reshape(2, 3)
    keep_msgpack("params", {"params": {"conv": {"kernel": kernel, "bias": numpy.zeros(3, "float16")}}, "step": 3})
    keep_msgpack("values", {"a": [None, True, -1, 1 << 40, 1.5, "text", b"bytes"], "b": 1 + 2j,
                            "c": numpy.float64(0.5), "d": numpy.zeros((0, 2), "int8"), "e": numpy.array(7)})
    chunks = {"__msgpack_chunked_array__": True, "shape": {"0": 2, "1": 3},
              "chunks": {"0": kernel.ravel()[:4], "1": kernel.ravel()[4:]}}
    keep_msgpack("chunked", {"kernel": chunks})
    keep_hdf5("keras", keras_layer)
    keep_hdf5("keras_new", keras_layer, libver="latest")
    keep_hdf5("dtypes", dtypes)
