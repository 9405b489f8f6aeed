"""Array code: NumPy arrays in, NumPy arrays out. Knows no Tensor and no graph."""
