"""What the product is about: rooms that decide, one actor class that runs every kind of them."""
