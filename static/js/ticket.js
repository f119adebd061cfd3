/* What the page of one ticket does beyond its links and forms. Each works on markup that is complete without it. */
import "./ticket/drafts.js";
import "./ticket/company.js";
import "./ticket/replies.js";
import "./ticket/files.js";
import "./ticket/beside.js";
