"""Whatever zoo reads in an archive or a legacy file, PyTorch reads too: hundreds of archives with one or two lies in each.
Where zoo opens one, torch.load(weights_only=True) refuses it or gives the same tensors to the bit.

Usage: archives_python.py PROGRAM (checkpoint_dump).
"""
import collections
import hashlib
import io
import json
import pathlib
import random
import struct
import subprocess
import sys
import tempfile
import unittest
import warnings
import zipfile
import zlib

import torch

PROGRAM = sys.argv.pop()
ROUNDS = 600
LOCAL, CENTRAL, END, END64, LOCATOR64 = (b"PK\3\4", b"PK\1\2", b"PK\5\6", b"PK\6\6", b"PK\6\7")


class Record:
    def __init__(self, name, data, deflate=False):
        self.name, self.data, self.deflate = name, data, deflate
        self.local = {}    # what its own header says instead: name, method, flags, crc, size, packed
        self.central = {}  # what the directory says instead; also offset
        self.flags = 0

    def packed(self):
        if not self.deflate:
            return self.data
        squeeze = zlib.compressobj(9, zlib.DEFLATED, -15)
        return squeeze.compress(self.data) + squeeze.flush()

    def fields(self, changes, offset=0):
        fields = {"name": self.name, "method": 8 if self.deflate else 0, "flags": self.flags, "crc": zlib.crc32(self.data),
                  "size": len(self.data), "packed": len(self.packed()), "offset": offset, "extra": b""}
        return {**fields, **changes}


def build(records, order=None, prefix=b"", gap=b"", comment=b"", end={}, zip64=None):
    """The archive: `order` is the directory's, `gap` lies behind it, `end` changes what the last record says."""
    file = io.BytesIO()
    file.write(prefix)
    offsets = []
    for record in records:
        offsets.append(file.tell())
        one = record.fields(record.local)
        name = one["name"].encode("latin1")
        file.write(LOCAL + struct.pack("<HHHHHIIIHH", 20, one["flags"], one["method"], 0, 0, one["crc"], one["packed"],
                                       one["size"], len(name), len(one["extra"])) + name + one["extra"] + record.packed())
    start = file.tell()
    for index in order or range(len(records)):
        one = records[index].fields(records[index].central, offsets[index])
        name = one["name"].encode("latin1")
        file.write(CENTRAL + struct.pack("<HHHHHHIIIHHHHHII", 20, 20, one["flags"], one["method"], 0, 0, one["crc"],
                                         one["packed"], one["size"], len(name), len(one["extra"]), 0, 0, 0, 0,
                                         one["offset"]) + name + one["extra"])
    size = file.tell() - start
    file.write(gap)
    count = len(order or records)
    if zip64 is not None:
        at = file.tell()
        far = {"count": count, "size": size, "offset": start, **zip64}
        file.write(END64 + struct.pack("<QHHIIQQQQ", 44, 45, 45, 0, 0, far["count"], far["count"], far["size"], far["offset"]))
        file.write(LOCATOR64 + struct.pack("<IQI", 0, at, 1))
    said = {"count": count, "size": size, "offset": start, **end}
    file.write(END + struct.pack("<HHHHIIH", 0, 0, said["count"], said["count"], said["size"], said["offset"], len(comment)))
    file.write(comment)
    return file.getvalue()


def saved(scale=1.0, **options):
    """The records of what torch.save writes of a small model."""
    whole = torch.arange(12, dtype=torch.float32) * scale
    state = {"fc.weight": whole.view(3, 4).t(), "fc.bias": whole[2:5], "half": torch.full((2, 3), 0.5 * scale).half(),
             "counter": torch.tensor(7), "nested": {"list": [torch.ones(2) * scale, 3], "text": "t"},
             "empty": torch.empty(0, 3)}
    file = io.BytesIO()
    torch.save(state, file, **options)
    with zipfile.ZipFile(file) as archive:
        return [Record(name, archive.read(name)) for name in archive.namelist()]


def other_case(name, dice):
    """The name with some letters in the other case; at least one, where there are letters."""
    places = [i for i, letter in enumerate(name) if letter.isalpha()]
    for place in dice.sample(places, dice.randint(1, len(places))) if places else []:
        name = name[:place] + name[place].swapcase() + name[place + 1:]
    return name


def pick(records, dice, part="/data/"):
    found = [record for record in records if part in record.name and record.data]
    return dice.choice(found or records)


# Each changes the records, or what build() is told.
def twin_in_other_case(records, options, dice):
    victim = dice.choice(records)
    twin = Record(other_case(victim.name, dice), bytes(victim.data[::-1]))
    records.insert(dice.randint(0, len(records)), twin)


def renamed_in_other_case(records, options, dice):
    victim = dice.choice(records)
    victim.name = other_case(victim.name, dice)


def twin(records, options, dice):
    victim = dice.choice(records)
    records.insert(dice.randint(0, len(records)), Record(victim.name, bytes(victim.data[::-1])))


def second_root(records, options, dice):
    root = dice.choice(["a", "archive2", "ARCHIVE", "archive/archive", "", "__MACOSX"])
    others = saved(dice.choice([2.0, -1.0]))
    for other in others if dice.random() < 0.5 else dice.sample(others, 1):
        other.name = (root + "/" if root else "") + other.name.split("/", 1)[1]
        records.insert(dice.choice([0, len(records), dice.randint(0, len(records))]), other)


def moved_root(records, options, dice):
    root = dice.choice(["", "x/archive/", "archive/archive/", "./archive/", "archive//", "Archive/"])
    for record in records:
        record.name = root + record.name.split("/", 1)[1]


def folders(records, options, dice):
    for name in ("archive/", "archive/data/"):
        records.insert(dice.choice([0, len(records)]), Record(name, b""))


def shuffled_directory(records, options, dice):
    options["order"] = dice.sample(range(len(records)), len(records))


def fewer_in_directory(records, options, dice):
    options["order"] = dice.sample(range(len(records)), dice.randint(1, len(records)))


def swapped_offsets(records, options, dice):
    one, two = pick(records, dice), pick(records, dice)
    one.central["name"], two.central["name"] = two.name, one.name
    if dice.random() < 0.5:
        one.local["name"], two.local["name"] = two.name, one.name


def other_local_header(records, options, dice):
    victim = pick(records, dice)
    field = dice.choice(["name", "method", "flags", "crc", "size", "packed", "extra"])
    victim.local[field] = {"name": other_case(victim.name, dice), "method": 8, "flags": dice.choice([1, 8, 0x800]),
                           "crc": 5, "size": len(victim.data) - 1, "packed": len(victim.data) - 1,
                           "extra": b"FB\4\0abcd"}[field]


def other_directory_entry(records, options, dice):
    victim = pick(records, dice)
    field = dice.choice(["method", "flags", "crc", "size", "packed", "offset", "extra"])
    size = len(victim.data)
    victim.central[field] = {"method": 8, "flags": dice.choice([1, 8, 0x800]), "crc": 5, "size": size - 1, "packed": size - 1,
                             "offset": dice.choice([0, 7, 64]), "extra": struct.pack("<HHQQ", 1, 16, size - 4, size - 4)}[field]


def zip64_field(records, options, dice):
    victim = pick(records, dice)
    size = len(victim.data) - dice.choice([0, 0, 4])
    extra = struct.pack("<HHQQ", 1, 16, size, size)
    victim.central.update(size=0xFFFFFFFF, packed=0xFFFFFFFF, extra=extra * dice.choice([1, 2]))
    victim.local.update(size=0xFFFFFFFF, packed=0xFFFFFFFF, extra=extra)


def deflated(records, options, dice):
    for record in dice.sample(records, dice.randint(1, len(records))):
        record.deflate = True


def descriptors(records, options, dice):
    for record in records:
        record.flags = 8
        record.local.update(crc=0, size=0, packed=0)


def prefix(records, options, dice):
    options["prefix"] = build(saved(3.0))[:dice.choice([4, 64, 300])]
    if dice.random() < 0.5:  # the offsets count from the first record, as in a self-extracting archive
        options["end"] = {"offset": 0}


def two_directories(records, options, dice):
    """The second lies where the directory would be if its place were counted from the end."""
    evil = saved(5.0)
    offset, directory = 0, b""
    for record in records:
        name = record.name.encode()
        directory += CENTRAL + struct.pack("<HHHHHHIIIHHHHHII", 20, 20, 0, 0, 0, 0, zlib.crc32(record.data), len(record.data),
                                           len(record.data), len(name), 0, 0, 0, 0, 0, offset) + name
        offset += 30 + len(name) + len(record.data)
    options["gap"] = directory if dice.random() < 0.5 else build(evil)


def comment(records, options, dice):
    options["comment"] = dice.choice([b"hello", END + bytes(18), build(saved(3.0))[-60:], build(saved(3.0))])


def zip64_end(records, options, dice):
    options["zip64"] = dice.choice([{}, {}, {"count": 2}, {"offset": 0}, {"size": 60}])
    options["end"] = dice.choice([{}, {"count": 0xFFFF, "size": 0xFFFFFFFF, "offset": 0xFFFFFFFF}])


def other_end(records, options, dice):
    options["end"] = dice.choice([{"count": 3}, {"size": 100}, {"offset": 0}, {"count": 0xFFFF}])


def pickled(old, new, count=1):
    def change(records, options, dice):
        for record in records:
            if record.name.endswith("/data.pkl"):
                record.data = record.data.replace(old, new, count)
    change.__name__ = f"pickle: {old!r} for {new!r}"
    return change


def flipped_pickle(records, options, dice):
    record = pick(records, dice, "/data.pkl")
    data = bytearray(record.data)
    for _ in range(dice.randint(1, 2)):
        data[dice.randrange(len(data))] = dice.choice([dice.randrange(256), dice.choice(b"0123K.qhRtuse(})")])
    record.data = bytes(data)


def byte_order(records, options, dice):
    for record in records:
        if record.name.endswith("/byteorder"):
            record.data = dice.choice([b"big", b"BIG", b"little\n", b""])


def torch_script(records, options, dice):
    records.insert(dice.randint(0, len(records)), Record("archive/constants.pkl", b"\x80\x02)."))


LIES = [twin_in_other_case, twin_in_other_case, renamed_in_other_case, twin, second_root, second_root, moved_root, folders,
        shuffled_directory, fewer_in_directory, swapped_offsets, other_local_header, other_directory_entry, zip64_field,
        deflated, descriptors, prefix, two_directories, comment, zip64_end, other_end, flipped_pickle, flipped_pickle,
        flipped_pickle, byte_order, torch_script,
        pickled(b"HalfStorage", b"ShortStorage"), pickled(b"ctorch\nHalfStorage", b"ctorch\nBFloat16Storage"),
        # The storage's second mention is of another kind, or another storage's.
        pickled(b"fc.bias", b"fc.bia\0"), pickled(b"X\x01\0\0\x001", b"X\x01\0\0\x000"), pickled(b"X\x01\0\0\x002", b"X\x01\0\0\x001"),
        pickled(b"K\x02K\x03\x86", b"K\x03K\x02\x86"), pickled(b"K\x0c", b"K\x0b"), pickled(b"empty", b"count")]


def shared_storage(first, second):
    """Two tensors of one storage, each with its own class of it."""
    def name(text):
        return b"X" + struct.pack("<I", len(text)) + text

    def tensor(kind):
        return (b"ctorch._utils\n_rebuild_tensor_v2\n((" + name(b"storage") + b"ctorch\n" + kind + b"\n" + name(b"0")
                + name(b"cpu") + b"K\x04tQK\0K\x04\x85K\x01\x85\x89}tR")

    pickle = b"\x80\x02}(" + name(b"a") + tensor(first) + name(b"b") + tensor(second) + b"u."
    return [Record("archive/data.pkl", pickle), Record("archive/byteorder", b"little"),
            Record("archive/data/0", struct.pack("<4f", 1, 2, 3, 4)), Record("archive/version", b"3\n")]


def flatten(value, name, out):
    """The tensors with zoo's names of them; a storage alone is one too."""
    if isinstance(value, torch.storage.TypedStorage):
        value = torch.empty(0, dtype=value.dtype).set_(value)
    if isinstance(value, torch.Tensor):
        out[name] = value
    elif isinstance(value, dict):
        for key, item in value.items():
            flatten(item, f"{name}.{key}" if name else str(key), out)
    elif isinstance(value, (list, tuple)):
        for i, item in enumerate(value):
            flatten(item, f"{name}[{i}]", out)
    return out


def described(tensor):
    data = bytes(tensor.contiguous().reshape(-1).view(torch.uint8).tolist()) if tensor.numel() else b""
    return str(tensor.dtype), list(tensor.shape), hashlib.sha256(data).hexdigest()


class Archives(unittest.TestCase):
    def setUp(self):
        warnings.simplefilter("ignore")
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def compare(self, files):
        """What zoo opens is what PyTorch reads. Returns how zoo answered, and how many both opened."""
        paths = []
        for i, data in enumerate(files):
            paths.append(self.folder / f"{i}.pth")
            paths[-1].write_bytes(data)
        run = subprocess.run([PROGRAM, *map(str, paths)], check=True, capture_output=True, text=True)
        answers = [json.loads(line) for line in run.stdout.splitlines()]
        self.assertEqual(len(answers), len(files))
        both = 0
        for path, answer in zip(paths, answers):
            if "error" in answer:
                continue
            try:
                tensors = flatten(torch.load(path, weights_only=True), "", {})
            except Exception:
                continue  # whatever zoo reads there, nobody reads something else
            both += 1
            seen = {name: (f"torch.{one['dtype']}", one["shape"], one["sha256"]) for name, one in answer["tensors"].items()}
            self.assertEqual(seen, {name: described(tensor) for name, tensor in tensors.items()}, path.name)
        return answers, both

    def test_archives_with_lies(self):
        dice = random.Random(12)
        files, names = [], []
        for i in range(ROUNDS):
            records, options = saved(), {}
            lies = [LIES[i % len(LIES)], *dice.sample(LIES, dice.choice([0, 0, 1]))]
            for lie in lies:
                lie(records, options, dice)
            files.append(build(records, **options))
            names.append([lie.__name__ for lie in lies])
        answers, both = self.compare(files)
        self.assertGreater(both, ROUNDS // 10)  # enough of them say nothing wrong
        refused = sum("error" in answer for answer in answers)
        self.assertGreater(refused, ROUNDS // 3)

    def test_damaged_legacy_files(self):
        whole = io.BytesIO()
        view = torch.arange(12, dtype=torch.float32)
        torch.save({"w": view.view(3, 4).t(), "b": view[2:5], "h": torch.ones(2, 3).half(), "n": [torch.ones(2), 3]}, whole,
                   _use_new_zipfile_serialization=False)
        dice = random.Random(5)
        files = []
        for _ in range(ROUNDS // 2):
            data = bytearray(whole.getvalue())
            for _ in range(dice.randint(1, 2)):
                data[dice.randrange(len(data))] = dice.choice([dice.randrange(256), dice.choice(b"0123K.qhRtuse(})")])
            files.append(bytes(data))
        _, both = self.compare(files)
        self.assertGreater(both, ROUNDS // 20)

    def test_no_state_gives_a_tensor_other_values(self):
        class Reduced:
            def __init__(self, *parts):
                self.parts = parts

            def __reduce__(self):
                return self.parts

        tensor, other = torch.ones(3, 4), torch.full((3, 4), 666.0)
        whole = (0, (3, 4), (4, 1))
        arguments = (tensor.storage(), *whole, False, collections.OrderedDict())
        rebuild, with_state = torch._utils._rebuild_tensor_v2, torch._utils._rebuild_parameter_with_state
        of_type = torch._tensor._rebuild_from_type_v2

        def files(value):
            for is_zip in (True, False):
                file = io.BytesIO()
                torch.save({"w": value}, file, _use_new_zipfile_serialization=is_zip)
                yield file.getvalue()

        lies = [Reduced(rebuild, arguments, (other.storage(), *whole)), Reduced(rebuild, (*arguments, {"neg": True})),
                Reduced(with_state, (tensor, True, collections.OrderedDict(), {"data": other})),
                Reduced(with_state, (tensor, True, collections.OrderedDict(), ({}, {"data": other}))),
                Reduced(of_type, (rebuild, torch.Tensor, arguments, {"data": other}))]
        answers, _ = self.compare([data for lie in lies for data in files(lie)])
        self.assertEqual([i for i, answer in enumerate(answers) if "error" not in answer], [])
        parameter = torch.nn.Parameter(tensor)
        parameter.note = "an attribute"
        answers, both = self.compare(list(files(parameter)))
        self.assertEqual((both, ["error" in answer for answer in answers]), (2, [False, False]), answers)

    def test_an_honest_archive_opens_in_every_form(self):
        order = list(range(len(saved())))
        for change in (None, deflated, descriptors, shuffled_directory):
            records, options = saved(), {}
            if change:
                change(records, options, random.Random(1))
            answers, both = self.compare([build(records, **options), build(records, order=order, zip64={})])
            self.assertEqual((both, ["error" in answer for answer in answers]), (2, [False, False]), change)

    def test_what_has_two_readings_is_refused(self):
        extra = Record("archive/DATA/0", bytes(48))
        cases = {
            "case": (saved() + [extra], {}, "case of letters"),
            "first of case": ([extra] + saved(), {}, "case of letters"),
            "other case of the root": (saved() + [Record("ARCHIVE/extra", b"x")], {}, "outside the folder"),
            "two roots": ([Record("b/data.pkl", b"\x80\x02N.")] + saved(), {}, "outside the folder"),
            "Finder's": (saved() + [Record("__MACOSX/archive/._version", b"x")], {}, "outside the folder"),
            "a gap behind the directory": (saved(), {"gap": bytes(46)}, "is not at byte"),
            "two ends": (saved(), {"zip64": {"offset": 0}}, "contradict each other"),
            "a folder with bytes": (saved() + [Record("archive/more/", b"x")], {}, "a folder that holds bytes"),
        }
        for name, (records, options, says) in cases.items():
            with self.subTest(case=name):
                answers, _ = self.compare([build(records, **options)])
                self.assertIn(says, answers[0].get("error", "opened"))

    def test_a_storage_is_of_one_kind(self):
        same, other = shared_storage(b"FloatStorage", b"FloatStorage"), shared_storage(b"FloatStorage", b"IntStorage")
        answers, both = self.compare([build(same), build(other)])
        self.assertEqual(both, 1)
        self.assertIn("of two kinds", answers[1]["error"])


if __name__ == "__main__":
    unittest.main()
