"""The service desk of an ICT service that several councils share."""
