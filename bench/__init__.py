"""Measures CosmoHub beside its references: `python -m bench`."""
