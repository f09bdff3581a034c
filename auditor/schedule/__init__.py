"""When a run happens: one at a time, every night, by systemd or cron."""
