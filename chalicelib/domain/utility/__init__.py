"""Who the utility is: what its bills, letters and pages bear."""
