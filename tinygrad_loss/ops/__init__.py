"""The operations, by family. Each stands beside its backward node: what it computes, and how a gradient goes back through it."""
