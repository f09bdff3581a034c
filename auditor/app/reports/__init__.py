"""Judged scans → files, and back: documents, manifests, signatures, forms, price lists."""
