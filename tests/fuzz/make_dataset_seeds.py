"""Writes the seeds of the fuzz targets that read data sets: lists, shards, idx, cifar, index_cache. Run it by hand; they are kept.

Usage: .deps/venv/bin/python tests/fuzz/make_dataset_seeds.py
Made with Python 3.11's csv, json, tarfile, gzip and pickle, numpy 2.4.6.
"""
import csv
import gzip
import io
import json
import pathlib
import pickle
import struct
import tarfile

import numpy

SEEDS = pathlib.Path(__file__).resolve().parent / "seeds"
CSV, JSON_LINES, ANNOTATIONS, OPENMMLAB, SPLIT = range(5)
NAMED = 128  # "ant", "bee", "0", "cow" are the classes


def keep(target, name, content):
    (SEEDS / target).mkdir(parents=True, exist_ok=True)
    (SEEDS / target / name).write_bytes(content)


def keep_list(name, choice, text):
    keep("lists", name, bytes([choice]) + (text if isinstance(text, bytes) else text.encode()))


def csv_text(rows, **options):
    file = io.StringIO()
    csv.writer(file, **options).writerows(rows)
    return file.getvalue()


def lists():
    rows = [("path", "label", "split", "note"), ("a/1.jpg", "ant", "train", ""), ('b, "2".jpg', "bee", "val", "two\nlines"),
            ("c.jpg", "ant", "", "x")]
    keep_list("excel.csv", CSV, "\ufeff" + csv_text(rows))
    keep_list("unix.csv", CSV, csv_text(rows, lineterminator="\n", quoting=csv.QUOTE_ALL))
    keep_list("labels.csv", CSV, csv_text([("file_name", "labels"), ("1.png", "sky|tree"), ("2.png", ""), ("3.png", "sea")]))
    keep_list("indices.csv", CSV, csv_text([("label", "path"), (3, "1.png"), (0, "2.png")]))
    keep_list("named.csv", CSV | NAMED, csv_text([("path", "label"), ("1.png", "ant"), ("2.png", 0), ("3.png", 3)]))
    objects = [{"path": "a.jpg", "label": "ant", "split": "train", "width": 3}, {"file_name": "\u00e9.jpg", "label": 2, "split": None}]
    keep_list("ascii.jsonl", JSON_LINES, "\n".join(map(json.dumps, objects)))
    keep_list("utf8.jsonl", JSON_LINES, "\n".join(json.dumps(item, ensure_ascii=False) for item in objects) + "\n\n")
    keep_list("labels.jsonl", JSON_LINES | NAMED,
              "\r\n".join(map(json.dumps, [{"path": "1", "labels": ["ant", 1]}, {"path": "2", "labels": []}])))
    keep_list("train.txt", ANNOTATIONS, "folder 1/x y.png 0\r\n  z.png 4  \n\n")
    keep_list("named.txt", ANNOTATIONS | NAMED, "a.png 3\nb.png 0\n")
    samples = [{"img_path": "1.jpg", "gt_label": 1, "extra": {"a": [1.5, True]}}, {"img_path": "2.jpg", "gt_label": 0}]
    keep_list("classes.json", OPENMMLAB, json.dumps({"metainfo": {"classes": ["A", "B"]}, "data_list": samples}))
    categories = [{"id": 7, "category_name": "second"}, {"id": 3, "category_name": "first"}]
    several = [{"img_path": "1.jpg", "gt_label": [1, 0]}, {"img_path": "2.jpg", "gt_label": []}]
    keep_list("categories.json", OPENMMLAB, json.dumps({"metainfo": {"categories": categories}, "data_list": several}, indent=1))
    keep_list("split.json", SPLIT, json.dumps({"zoo_split": 1, "data": "../x", "fraction": 0.2, "seed": 7, "train": ["a", "c"],
                                               "val": ["b"]}))
    keep_list("partial_split.json", SPLIT, json.dumps({"zoo_split": 1, "data": "/x", "train": ["a"], "val": []}))


def tar(members, kind=tarfile.USTAR_FORMAT):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:", format=kind) as archive:
        for name, content in members:
            member = tarfile.TarInfo(name)
            if content is None:
                member.type = tarfile.DIRTYPE
            else:
                member.size = len(content)
            archive.addfile(member, io.BytesIO(content or b""))
    content = out.getvalue().rstrip(b"\0")
    return content + bytes(-len(content) % 512 + 1024)  # less padding


def shards():
    long = "folder/" * 20
    keep("shards", "classes", tar([("a", None), ("a/1.jpg", b"one"), ("a/1.cls", b"2\n"), ("a/1.txt", b"x"), ("__notes__", b"x"),
                                   ("a/2.cls", b"0"), ("a/2.seg.png", b"s"), ("a/2.PNG", b"two")]))
    keep("shards", "json", tar([("b.v2.json", b"{}"), ("c.json", json.dumps({"label": "ant", "w": 3}).encode()), ("c.webp", b"c"),
                                ("d.webp", b""), ("d.json", b'{"label":"bee"}')]))
    keep("shards", "labels", tar([("1.jpg", b""), ("1.json", b'{"labels":["b","a",3]}'), ("2.jpg", b""), ("2.json", b'{"labels":[]}')]))
    members = [(long + "1.jpg", b"x"), (long + "1.cls", b"ant"), ("2.jpg", b""), ("2.cls", b"bee")]
    keep("shards", "ustar", tar(members))
    keep("shards", "gnu", tar(members, tarfile.GNU_FORMAT))
    keep("shards", "pax", tar([("\u00e9" + name, content) for name, content in members], tarfile.PAX_FORMAT))
    keep("shards", "cut", tar(members)[:1300])


def parts(choice, first, second=b""):
    return bytes([choice]) + struct.pack(">H", len(first)) + first + second


def idx(shape, items):
    return bytes([0, 0, 8, len(shape)]) + struct.pack(f">{len(shape)}I", *shape) + items


def mnist():
    images, labels = idx((2, 2, 3), b"123456ABCDEF"), idx((2,), bytes([1, 2]))
    keep("idx", "plain", parts(0, images, labels))
    keep("idx", "named", parts(1, images, labels))
    keep("idx", "packed", parts(0, gzip.compress(images, mtime=0), gzip.compress(labels, mtime=0)))
    keep("idx", "none", parts(0, idx((0, 2, 3), b""), idx((0,), b"")))


def python_two(number):
    """As Python 2 and numpy 1 wrote it: texts without an encoding, and numpy's old module."""
    def text(value):
        return b"U" + bytes([len(value)]) + value

    dtype = b"cnumpy\ndtype\n" + text(b"u1") + b"K\0K\x01\x87R(K\x03" + text(b"|") + b"NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\0tb"
    array = (b"cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\0\x85" + text(b"b") + b"\x87R(K\x01K\x01M\0\x0c\x86" + dtype +
             b"\x89T" + struct.pack("<I", 3072) + bytes([number]) * 3072 + b"tb")
    return b"\x80\x02}(" + text(b"data") + array + text(b"labels") + b"](K" + bytes([number]) + b"eu."


def cifar():
    binary, binary_names, binary_fine, ten, hundred, two, archive = range(7)

    def batch(key, labels, protocol):
        data = numpy.full((len(labels), 3072), 7, numpy.uint8)
        return pickle.dumps({b"batch_label": b"testing", b"data": data, key: labels}, protocol)

    record = bytes([3]) + bytes(3072)
    names = b"".join(b"q%d\n" % i for i in range(10))
    keep("cifar", "binary10", parts(binary, record + bytes([9]) + bytes([200]) * 3072))
    keep("cifar", "binary100", parts(binary, bytes([1, 99]) + bytes(3072)))
    keep("cifar", "names10", parts(binary_names, record, names))
    keep("cifar", "names100", parts(binary_fine, bytes([1, 99]) + bytes(3072), b"".join(b"n%d\n" % i for i in range(100))))
    meta = pickle.dumps({"label_names": names.decode().split()}, 2)
    keep("cifar", "python10", parts(ten, batch(b"labels", [3], 2), meta))
    keep("cifar", "python10_new", parts(ten, batch("labels", [1], 5), meta))
    keep("cifar", "python2", parts(two, python_two(3), python_two(1)))
    fine = pickle.dumps({b"fine_label_names": [f"n{i}" for i in range(100)]}, 3)
    keep("cifar", "python100", parts(hundred, batch(b"fine_labels", [99], 4), fine))
    packed = tar([("c", None), ("c/batches.meta", meta), ("c/readme.html", b"<a>"), ("c/data_batch_1", python_two(2)),
                  ("c/test_batch", batch("labels", [5], 4))])
    keep("cifar", "archive", parts(archive, packed))
    keep("cifar", "packed", parts(archive, gzip.compress(packed, mtime=0)))


def index():
    """What stands between the magic and the hash: two classes, in one of them a folder in a folder."""
    def stretch(content):
        return struct.pack("<Q", len(content)) + content

    def texts(*items):
        return stretch(b"".join(item + b"\0" for item in items))

    folders = [(1, 0, 0, 0), (6, 4, 2, 0), (7, 6, 3, 1)]  # ends of paths, begins of names, first files, labels
    content = (stretch(b"/data") + texts(b"", b"a", b"a/sub", b"b") +
               stretch(b"".join(struct.pack("<Qqq", 70 + i, 1000 + i, 2000 + i) for i in range(4))) + texts(b"a", b"b") +
               texts(b"a/x: not a picture's suffix") + stretch(b"".join(struct.pack("<QQqii", *folder, 0) for folder in folders)) +
               stretch(b"aa/subb") + stretch(b"x1x2y1z.jpg") + stretch(struct.pack("<4I", 2, 4, 2, 5)))
    keep("index_cache", "tree", content)


if __name__ == "__main__":
    lists()
    shards()
    mnist()
    cifar()
    index()
