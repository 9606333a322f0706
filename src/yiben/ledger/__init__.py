"""The ledger (一本账): the one door in for facts, and every way to look at what was known when."""
