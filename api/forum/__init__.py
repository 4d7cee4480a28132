"""The forum over HTTP: reads come from the tables that follow the event log, writes go to the rooms."""
