"""A promotion in steps: answers are kept as they come, and become a campaign in one go at the end."""
