"""The only door to the scanned network: scope guard, budgets, dialers, group and ARP sockets."""
