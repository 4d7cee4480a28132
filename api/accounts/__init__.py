"""Accounts: who people are, how they stay signed in, and what they may do."""
