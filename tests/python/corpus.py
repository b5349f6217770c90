"""Where the real files are that some tests need."""
import os
import pathlib
import sys

CORPUS = pathlib.Path(os.environ.get("ZOO_CORPUS", pathlib.Path(__file__).resolve().parents[3] / "shared/corpus")).resolve()


def require(part: str) -> pathlib.Path:
    """A part of the corpus; where it is absent the script ends as a skipped test."""
    if not (CORPUS / part).exists():
        print(f"skipped: no {CORPUS / part}")
        sys.exit(77)
    return CORPUS / part
