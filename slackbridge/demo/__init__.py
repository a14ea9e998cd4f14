"""The whole product on this machine: local Slack, local marketplaces, Redis, and the bridge.

`stay` shows it as a web page, in which a visitor is agent and customer at once, until Ctrl-C;
`play` lets a script act in it, and checks every step.
"""

from slackbridge.demo.play import play
from slackbridge.demo.stay import stay

__all__ = ["play", "stay"]
