"""``python -m tinygrad_loss``: the same as the command ``tinygrad-loss``."""

import sys

from .cli import main

if __name__ == "__main__":
    sys.exit(main())
