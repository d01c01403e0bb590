"""layers.txt as Python sees it: which folder of src/ may include which."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def read_layers():
    """{folder: (layer, [folders it may include])}, in the order of layers.txt."""
    layers = {}
    for number, line in enumerate((ROOT / "layers.txt").read_text().splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        match = re.fullmatch(r"([a-z]+) +(\d+) *:([ a-z]*)", line)
        if not match:
            raise SystemExit(f"layers.txt:{number}: expected 'NAME LAYER : FOLDERS', got {line!r}")
        layers[match[1]] = (int(match[2]), match[3].split())
    return layers
