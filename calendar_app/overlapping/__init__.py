"""Which promotions meet, and what happens then. Pure. `calendar_app.overlaps` is its door."""
