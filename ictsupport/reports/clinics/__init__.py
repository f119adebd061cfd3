"""What clinics achieve: places offered and taken, who came, what came of it, how long people waited."""
