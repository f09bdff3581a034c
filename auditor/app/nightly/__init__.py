"""The appliance: one configuration, one run a night, and what it tells people."""
