"""Programs that use the hub as any client does: to run, to read and to begin from."""
