"""The texts element sets come in, one file a family."""
