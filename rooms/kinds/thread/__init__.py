"""Threads of the forum and their live chat: `thread:{id}`."""
