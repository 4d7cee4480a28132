"""Where a satellite is: element sets, their sources, and the orbits worked out from them."""
