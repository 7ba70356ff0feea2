"""What was migrated, proved again as the files are now."""
