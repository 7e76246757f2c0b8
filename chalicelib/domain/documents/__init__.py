"""What a customer holds: the bill as a document, and how documents are put into envelopes."""
