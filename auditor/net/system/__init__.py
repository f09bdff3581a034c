"""What the operating system knows and says: interfaces, neighbours, names, privileges, errors."""
