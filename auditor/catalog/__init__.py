"""vendor_db as one immutable :class:`~auditor.catalog.catalog.Catalog`, or an error with file and key."""
