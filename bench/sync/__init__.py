"""Watch parties in a real browser: how far apart the members' pictures are, and how that is known."""
