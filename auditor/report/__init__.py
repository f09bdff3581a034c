"""Scan → text or bytes. Pure: a report needs the scan document and nothing else."""
