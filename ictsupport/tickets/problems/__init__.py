"""Problems: why incidents happen again and again, what helps meanwhile, and which tickets they cause."""
