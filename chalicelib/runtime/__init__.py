"""What surrounds a piece of work at run time: settings, clients, logging, tracing, metrics."""
