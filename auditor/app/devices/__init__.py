"""Cards of addresses → devices: which cards are one, who stands behind a recorder, who is missing."""
