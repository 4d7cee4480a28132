"""Watch parties over HTTP: lists, invitations and the way in; what happens inside goes through rooms."""
