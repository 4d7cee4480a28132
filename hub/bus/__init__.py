"""How publications travel from rooms to the fan-outs of every node."""
