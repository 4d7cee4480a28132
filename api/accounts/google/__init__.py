"""Signing in with Google, or another provider of OpenID Connect: the code flow with PKCE, state and nonce."""

GOOGLE_ISSUER = "https://accounts.google.com"
