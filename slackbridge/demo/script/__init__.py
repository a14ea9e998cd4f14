"""The scripts of `slackbridge demo --script`: people act, and every effect is checked."""
