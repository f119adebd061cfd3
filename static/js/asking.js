/* The question pages, nicer: what depends on an answer shows when it is given, and choosing what it is about brings
   its questions at once. Without this, every question stands there with the words that say when to answer it. */
import { answered as answeredIn, put, showAsked } from "./asked.js";
import { fetched } from "./fetched.js";

const form = document.querySelector("form[data-asking]");

const answered = (name) => answeredIn(form, name);
const show = () => showAsked(form);

async function bring() {
  const place = document.getElementById("more");
  const type = answered("type");
  if (!place || !type || type === place.dataset.type) return;
  place.dataset.type = type;
  const page = await fetched(`${place.dataset.questions}?type=${encodeURIComponent(type)}`);
  const fresh = page?.getElementById("more");
  if (!fresh || answered("type") !== type) return;
  put(place, fresh);
  const weight = page.getElementById("how-bad");
  const chosen = ["how_bad", "who_else"].map((name) => [name, answered(name)]);
  if (weight) put(document.getElementById("how-bad"), weight);
  for (const [name, value] of chosen) {
    const field = form.elements.namedItem(name);
    if (field && value) field.value = value;
  }
  show();
}

/* A meeting that is not on the list is one whose time has to be said. */
function askForTime() {
  const fold = form.elements.namedItem("needed_at")?.closest("details");
  if (answered("how_bad") === "meeting" && fold && !form.elements.namedItem("meeting")) fold.open = true;
}

/* What is known of the system, and what fits the words so far. */
let waiting = 0;
async function look() {
  const place = document.getElementById("known");
  if (!place || !form.elements.namedItem("system")) return;
  const asked = new URLSearchParams({ system: answered("system"), q: answered("subject") }).toString();
  if (asked === place.dataset.asked) return;
  place.dataset.asked = asked;
  const fresh = (await fetched(`${place.dataset.known}?${asked}`))?.getElementById("known");
  if (fresh && asked === place.dataset.asked && fresh.textContent.trim() !== place.textContent.trim()) put(place, fresh);
}

if (form) {
  document.documentElement.classList.add("asks-with-script");
  const place = document.getElementById("more");
  if (place?.querySelector("[name=questions]")) place.dataset.type = answered("type");
  form.addEventListener("change", (event) => {
    if (event.target.name === "type") bring();
    if (event.target.name === "system") look();
    if (event.target.name === "how_bad") askForTime();
    show();
  });
  form.addEventListener("input", (event) => {
    if (event.target.name !== "subject") return;
    clearTimeout(waiting);
    waiting = setTimeout(look, 400);
  });
  document.getElementById("me-too")?.addEventListener("submit", (event) => {
    event.target.elements.namedItem("for_whom").value = answered("for_whom");
  });
  show();
  bring();
  askForTime();
  addEventListener("pageshow", () => { bring(); show(); });
}
