/* A call is kept as it is typed, so that another can be taken and this one gone on with, here or at another desk. */
import { answered, put, showAsked } from "./asked.js";
import { fetched } from "./fetched.js";

const form = document.querySelector("form[data-keep]");
let waiting = 0;
let sent = "";

async function keep() {
  const typed = new FormData(form);
  typed.delete("once");
  const now = new URLSearchParams(typed).toString();
  if (now === sent) return;
  sent = now;
  await fetch(form.dataset.keep, { method: "POST", body: typed, keepalive: true }).catch(() => { sent = ""; });
}

/* The questions of the request type, as soon as it is chosen. */
async function bring() {
  const place = document.getElementById("more");
  const type = answered(form, "request_type");
  if (type === place.dataset.type) return;
  place.dataset.type = type;
  const fresh = type && (await fetched(`${place.dataset.questions}?type=${encodeURIComponent(type)}`))?.getElementById("more");
  if (answered(form, "request_type") !== type) return;
  if (fresh) put(place, fresh); else place.replaceChildren();
  showAsked(form);
}

if (form) {
  document.documentElement.classList.add("asks-with-script");
  for (const button of document.querySelectorAll("[data-without-script]")) button.hidden = true;
  const place = document.getElementById("more");
  if (place.querySelector("[name=questions]")) place.dataset.type = answered(form, "request_type");
  form.addEventListener("change", (event) => {
    if (event.target.name === "request_type") bring();
    showAsked(form);
  });
  showAsked(form);
  sent = (() => { const typed = new FormData(form); typed.delete("once"); return new URLSearchParams(typed).toString(); })();
  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(keep, 600);
  });
  form.addEventListener("submit", () => { clearTimeout(waiting); waiting = -1; });
  addEventListener("pagehide", () => { if (waiting >= 0) keep(); });
  for (const words of document.querySelectorAll("[data-with-script]")) words.hidden = false;
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    const buttons = form.querySelectorAll("button[type=submit]");
    const resolving = [...buttons].find((one) => one.value === "resolve");
    form.requestSubmit(answered(form, "resolution") ? resolving : buttons[0]);
  });
  const subject = form.elements.namedItem("subject");
  if (!document.querySelector("[data-focus]")) subject.focus();
}
