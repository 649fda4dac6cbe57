"""A run beside what came before it."""
