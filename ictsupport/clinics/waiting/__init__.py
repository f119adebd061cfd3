"""Waiting for a place at a clinic: joining the list, being offered what comes free, taking it or passing it on."""
