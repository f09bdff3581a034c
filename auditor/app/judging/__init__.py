"""Observations → judged devices: the hinge, for a scan, a stored document and pasted signals."""
