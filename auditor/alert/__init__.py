"""Changes → people. Reaches only the addresses that the configuration names."""
