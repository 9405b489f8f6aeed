"""How fast and how exact the package is on the work it exists for, beside the libraries that are installed."""
