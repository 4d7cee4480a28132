"""What lasts: PostgreSQL under Trio, its migrations, and the event log."""
