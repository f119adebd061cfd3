"""Who gets which ticket: who could, who should, and what happens to the work of somebody who goes away."""
