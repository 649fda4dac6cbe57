"""A whole FinMaster on one machine, with an example office: what `make demo` starts."""
