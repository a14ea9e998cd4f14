"""The front desk: stores what agents ask for before Slack is answered."""
