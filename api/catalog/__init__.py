"""The catalog: videos, how they are found, and what people do with them."""
