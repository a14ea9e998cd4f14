"""Running the service: schedule, health, logs, the doctor."""
