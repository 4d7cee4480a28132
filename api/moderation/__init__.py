"""Moderation: reports and what becomes of them, mutes and bans, the word filter, and the audit log."""
