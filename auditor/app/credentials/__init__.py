"""The owner's passwords: read from their file, chosen for a device, remembered only as digests."""
