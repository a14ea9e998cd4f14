"""What the bridge does: the front desk, the poll, the look-up, the lane, recovery."""
