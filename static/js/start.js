/* Small conveniences for every page. Each works on markup that is complete without it. */
import "./errors.js";
import "./choices.js";
import "./counts.js";
import "./files.js";
import "./presses.js";
import "./suggestions.js";
import "./tickets.js";
import "./session.js";
import "./folds.js";
import "./keys.js";
