"""When an answer is due: clocks from their events, the policies they follow, and what happens as they run out."""
