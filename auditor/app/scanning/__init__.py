"""A scan, from the scope to the last host: options, the desk, the work on one host."""
