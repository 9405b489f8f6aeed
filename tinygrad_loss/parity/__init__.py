"""The parity table: calls that are run here and in PyTorch, and where the two agree."""
