"""Running the service: its life, schedule, health, logs and webhooks."""
