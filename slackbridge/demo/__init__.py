"""The whole product on this machine: local Slack, local marketplaces, Redis, and the bridge.

`serve` shows it as a web page, on which a visitor is agent and customer, until Ctrl-C.
`run_script` plays a script in it and checks every step.
"""

from slackbridge.demo.script.run import run_script
from slackbridge.demo.serve import serve

__all__ = ["run_script", "serve"]
