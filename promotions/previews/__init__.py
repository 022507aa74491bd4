"""What a promotion would do, before anybody gets it: samples, effect on real orders, audience, warnings.

`plans` makes a `Proposal` of a plan or of what is stored, `report.preview` says everything about it. The
engine decides, fed as it is for real requests (`bench`); nothing here knows what a rule means, and nothing is
written.
"""
