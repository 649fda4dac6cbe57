"""The pages of the mapping table: what it says, what a change would mean, its history."""
