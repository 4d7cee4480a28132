"""What the Makefile runs to prepare a clone and to work on it."""
