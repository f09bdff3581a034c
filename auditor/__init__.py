"""Which cameras on this network were made by a restricted vendor, and how do we know."""
