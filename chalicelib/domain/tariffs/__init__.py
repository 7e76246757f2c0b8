"""Tariffs: versions in force by day, charges in order, and the rating of one agreement's period."""
