"""One run a night: scans, history, reports, and what people are told."""
