"""From the work tree to a running stack: one template, one bundle, one change set, for every stage."""
