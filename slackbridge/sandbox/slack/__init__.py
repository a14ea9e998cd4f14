"""A Slack workspace as a real server: Web API, Events API, Socket Mode, interactivity."""
