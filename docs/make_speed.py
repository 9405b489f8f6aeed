"""Runs the benchmark and puts its table into docs/speed.md and its chart into docs/images: python docs/make_speed.py (some minutes, on
a quiet machine)."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

PAGE = Path(__file__).with_name("speed.md")
BEGIN, END = "<!-- the table begins -->\n", "<!-- the table ends -->\n"


def main() -> None:
    """Replace what stands between the two marks."""
    command = [sys.executable, "-m", "tinygrad_loss", "bench", "--chart", str(PAGE.with_name("images") / "speed.png")]
    table = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    before, rest = PAGE.read_text(encoding="utf-8").split(BEGIN)
    after = rest.split(END)[1]
    PAGE.write_text(f"{before}{BEGIN}\n```text\n{table}```\n\n{END}{after}", encoding="utf-8")
    print(table)


if __name__ == "__main__":
    main()
