"""Where newer element sets come from, one file a source."""
