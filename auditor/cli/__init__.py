"""The command line: parse → app → print → exit code; no decisions here."""
