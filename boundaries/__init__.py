"""Where units come from: facts, files, generations."""
