"""`python -m slackbridge` is the command line."""

import gc

gc.disable()  # modules stay to the end: looking for garbage among them makes a start 12 % slower

from slackbridge.cli.main import main  # noqa: E402

gc.freeze()
gc.enable()
main()
