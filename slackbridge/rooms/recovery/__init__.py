"""Recovery: what makes up for a forgetful Redis, a lost lease, or an hour without Slack."""
