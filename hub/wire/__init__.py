"""The Centrifuge client protocol v2: frames as data, and the codecs they travel in."""
