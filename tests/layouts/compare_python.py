"""Holds the names and shapes of every architecture, in every layout, against the installed libraries' own models.

  compare_python.py DUMP      the program made of dump.cpp
Exits 77 (skipped) without the reference libraries.
"""
import json
import pathlib
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "python"))
try:
    from reference_layouts import LAYOUTS, layout_models, named_shapes
    import timm
except ImportError as error:
    print(f"skipped: {error}")
    sys.exit(77)

DUMP = sys.argv.pop()


class Layouts(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        lines = subprocess.run([DUMP], check=True, capture_output=True, text=True).stdout.splitlines()
        cls.ours = {(entry["layout"], entry["arch"]): entry["tensors"] for entry in map(json.loads, lines)}
        cls.references = list(layout_models())

    def test_names_shapes_and_places_are_the_libraries(self):
        for reference in self.references:
            with self.subTest(library=reference.library, arch=reference.arch):
                ours = self.ours[LAYOUTS[reference.library], reference.arch]
                theirs = [list(entry) for entry in named_shapes(reference, reference.build())]
                if reference.library in ("mmpretrain", "transformers"):  # order a block's tensors otherwise
                    ours, theirs = sorted(ours), sorted(theirs)
                self.assertEqual(ours, theirs)

    def test_all_of_timms_resnets_are_there(self):
        names = {name for module in ("resnet", "resnest", "res2net") for name in timm.list_models(module=module)}
        self.assertGreaterEqual(len(names), 98)
        self.assertLessEqual(names, {arch for _, arch in self.ours})

    def test_every_architecture_has_a_reference(self):
        self.assertEqual({arch for _, arch in self.ours}, {reference.arch for reference in self.references})

    def test_every_net_that_goes_into_hugging_faces_layout_has_a_model_there(self):
        self.assertEqual({arch for layout, arch in self.ours if layout == "huggingface"},
                         {reference.arch for reference in self.references if reference.library == "transformers"})


if __name__ == "__main__":
    unittest.main()
