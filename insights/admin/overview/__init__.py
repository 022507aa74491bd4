"""The first page of the admin: is everything all right, what runs, what comes, what needs somebody?"""
