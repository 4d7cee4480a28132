"""What will turn uploads into streams; nothing stands here yet."""
