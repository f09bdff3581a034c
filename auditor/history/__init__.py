"""What earlier scans found: a store that is never the only copy, and the difference of two scans."""
