"""What a code of Loket most likely stands for, and why."""
