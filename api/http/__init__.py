"""What all routes share: who asks, answers, cursors, texts, limits, and the OpenAPI document."""
