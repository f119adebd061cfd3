/* Single keys for the desk, never while somebody types; each person can switch them off, and nothing needs them. */
const TICKET = /^\/tickets\/[A-Z]+-\d+$/;
const LIST = "desk-list";
const SHEET = [
  ["j, k", "Next and previous: the rows of a list, or the tickets of the list you came from"],
  ["o", "Open the row"],
  ["r", "Write a reply"],
  ["n", "Write an internal note"],
  ["a", "Choose who has it"],
  ["s", "Choose what becomes of it: hold, resolve …"],
  ["c", "Log a call"],
  ["/", "Search"],
  ["Esc", "Leave the field you type in, so that these keys work again"],
  ["Ctrl + Enter", "Send what you write; in the form of a call, log it"],
  ["?", "This help"],
];
const form = document.querySelector("form.say");
const links = [...document.querySelectorAll("table.rows tbody tr, .hits > li, .ticket-card, .govuk-task-list__item--with-link")].map((row) => row.querySelector("a[href]")).filter(Boolean);

function remembered() {
  try { return JSON.parse(sessionStorage.getItem(LIST)) ?? []; } catch { return []; }
}

function step(by) {
  if (form) {
    const list = remembered();
    const at = list.indexOf(location.pathname);
    const next = at < 0 ? undefined : list[at + by];
    if (next) location.assign(next);
    return;
  }
  const at = links.indexOf(document.activeElement);
  const next = links[at < 0 ? (by > 0 ? 0 : links.length - 1) : Math.min(Math.max(at + by, 0), links.length - 1)];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
}

function write(kind) {
  const choice = form?.querySelector(`input[name="kind"][value="${kind}"]`);
  if (!choice) return;
  choice.checked = true;
  choice.dispatchEvent(new Event("change", { bubbles: true }));
  form.elements.body.focus();
  form.scrollIntoView({ block: "nearest" });
}

function help() {
  const box = document.createElement("dialog");
  box.className = "box keys";
  const heading = Object.assign(document.createElement("h2"), { id: "keys-heading", className: "govuk-heading-m", textContent: "Keys" });
  box.setAttribute("aria-labelledby", heading.id);
  const list = document.createElement("dl");
  list.className = "pairs";
  for (const [key, words] of SHEET) {
    list.append(
      Object.assign(document.createElement("dt"), { textContent: key }),
      Object.assign(document.createElement("dd"), { textContent: words }));
  }
  const off = Object.assign(document.createElement("a"), { href: "/tickets/keys", className: "govuk-link", textContent: "Switch them off" });
  const close = Object.assign(document.createElement("button"), { type: "button", className: "govuk-button govuk-button--secondary", textContent: "Close" });
  close.addEventListener("click", () => box.close());
  box.addEventListener("close", () => box.remove());
  const end = document.createElement("p");
  end.append(close, " ", off);
  box.append(heading, list, end);
  document.body.append(box);
  box.showModal();
}

const DEEDS = {
  j: () => step(1),
  k: () => step(-1),
  o: () => { if (links.includes(document.activeElement)) document.activeElement.click(); },
  r: () => write("reply"),
  n: () => write("note"),
  a: () => document.getElementById("side-assignee")?.focus(),
  s: () => form?.querySelector('input[name="then"]:checked')?.focus(),
  c: () => location.assign("/tickets/call"),
  "/": () => document.querySelector(".bar__search input")?.focus(),
  "?": help,
};

if (document.body.hasAttribute("data-keys")) {
  const tickets = links.map((link) => new URL(link.href).pathname).filter((path) => TICKET.test(path));
  if (tickets.length && !form) sessionStorage.setItem(LIST, JSON.stringify(tickets));
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.defaultPrevented && !event.target.closest?.("dialog, [popover]:popover-open")) {
      event.target.closest?.("input, textarea, select")?.blur();
      return;
    }
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && form?.contains(event.target)) {
      event.preventDefault();
      form.requestSubmit(form.querySelector("button.govuk-button[type=submit]:not([formaction])"));
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented) return;
    if (event.target.closest?.("input, textarea, select, [contenteditable], dialog, [popover]:popover-open")) return;
    const deed = Object.hasOwn(DEEDS, event.key) ? DEEDS[event.key] : null;
    if (!deed) return;
    event.preventDefault();
    deed();
  });
}
