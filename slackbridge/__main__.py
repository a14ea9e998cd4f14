"""`python -m slackbridge` is the command line."""

from slackbridge.cli import main

main()
