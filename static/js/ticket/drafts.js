/* Keeps what is typed in the box as a draft on the server, a moment after typing stops and when the page is left. */
const form = document.querySelector("form[data-draft]");
const state = document.getElementById("draft-state");
const PAUSE = 1200;
let waiting = 0;
let unsaved = false;
let leaving = false;

function content() {
  const typed = new FormData(form);
  for (const [name, value] of [...typed]) if (value instanceof File) typed.delete(name);
  return new URLSearchParams(typed);
}

export async function save({ last = false } = {}) {
  clearTimeout(waiting);
  if (!form || !unsaved || leaving) return;
  unsaved = false;
  const answer = await fetch(form.dataset.draft, {
    method: "POST", body: content(), headers: { Accept: "application/json" }, keepalive: last,
  }).catch(() => null);
  const told = answer && (answer.ok || answer.status === 422) && answer.headers.get("Content-Type")?.includes("json")
    ? await answer.json().catch(() => null) : null;
  if (!told || !answer.ok) unsaved = true;
  state.textContent = told ? told.said : "This draft could not be saved just now. It is tried again as you type.";
}

if (form) {
  form.addEventListener("input", () => {
    unsaved = true;
    clearTimeout(waiting);
    waiting = setTimeout(save, PAUSE);
  });
  form.addEventListener("submit", () => {   // what is sent is no draft any more
    clearTimeout(waiting);
    leaving = true;
    setTimeout(() => { leaving = false; }, 8000);
  });
  document.addEventListener("visibilitychange", () => { if (document.hidden) save({ last: true }); });
  addEventListener("pagehide", () => save({ last: true }));
}
