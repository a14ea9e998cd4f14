"""The whole product on this machine: local Slack, local marketplace, Redis, and the bridge."""

from slackbridge.demo.play import play
from slackbridge.demo.stay import stay

__all__ = ["play", "stay"]
