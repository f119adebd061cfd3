/* Asks now and then who else is at the ticket and what they have done. Rests in a hidden tab, and when nobody touches
   the page; asks less often while nothing changes. */
import { save } from "./drafts.js";

const box = document.getElementById("company");
const SOON = 15, SELDOM = 60;
const UNTOUCHED = 10 * 60 * 1000;
let pause = SOON;
let timer = 0;
let known = "";
let touched = Date.now();

async function ask() {
  clearTimeout(timer);
  if (document.hidden || Date.now() - touched > UNTOUCHED) return;
  const headers = { Accept: "application/json" };
  if (known) headers["If-None-Match"] = known;
  const answer = await fetch(box.dataset.poll, { headers, cache: "no-store" }).catch(() => null);
  if (answer?.status === 200 && answer.headers.get("Content-Type")?.includes("json")) {
    known = answer.headers.get("ETag") ?? "";
    show(await answer.json());
    pause = SOON;
  } else {
    pause = Math.min(pause * 1.5, SELDOM);
  }
  if (!answer || answer.ok || answer.status === 304 || answer.status >= 500) timer = setTimeout(ask, pause * 1000);
}

function show({ company, news }) {
  const who = box.querySelector(".company__who");
  if (who.textContent !== company) who.textContent = company;
  const notice = box.querySelector(".company__news");
  notice.hidden = !news;
  const words = notice.querySelector("span");
  if (words.textContent !== news) words.textContent = news;
}

function again() {
  const rested = Date.now() - touched > UNTOUCHED;
  touched = Date.now();
  if (rested) ask();
}

if (box) {
  document.addEventListener("visibilitychange", () => { if (!document.hidden) { touched = Date.now(); pause = SOON; ask(); } });
  for (const kind of ["pointerdown", "keydown", "scroll"]) document.addEventListener(kind, again, { passive: true });
  box.querySelector(".company__news a").addEventListener("click", async (event) => {
    event.preventDefault();
    await save();
    location.assign(event.target.href);
  });
  ask();
}
