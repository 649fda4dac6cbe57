"""Proofs of the external connections, at the real sandbox over HTTP."""
