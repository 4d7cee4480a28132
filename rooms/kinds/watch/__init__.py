"""Watch parties: `watch:{id}`, people who see the same film at the same moment."""
