/* Five minutes before a sign-in ends, say so, and let one press renew it; once it has ended, say that, since what is
   typed now could not be sent. <meta name="session-ends" content="seconds" data-left="address" data-renew="address"
   data-sign-in="address">, written by the page when somebody is signed in. The server is asked first: another window may
   have kept the sign-in alive, or ended it. */
const ends = document.querySelector('meta[name="session-ends"]');
const WARN = 5 * 60;
const MINUTE = 60;

let endsAt = 0;
let said = "";
let box, heading, text, stay, again;

const left = () => (endsAt - Date.now()) / 1000;
const know = (seconds) => { endsAt = Date.now() + seconds * 1000; };
const made = (kind, look, words = "") => Object.assign(document.createElement(kind), { className: look, textContent: words });

async function asked(address) {
  try {
    const answer = await fetch(address, { headers: { Accept: "application/json" } });
    return answer.ok ? (await answer.json()).seconds : null;
  } catch {
    return null;
  }
}

async function look() {
  if (document.hidden || said === "over" || left() > WARN) return;
  const seconds = await asked(ends.dataset.left);
  if (seconds === null) return;
  know(seconds);
  if (seconds <= 0) say("over");
  else if (seconds > WARN) close();
  else say("soon");
}

function say(what) {
  if (what === said) {
    if (what === "soon") text.textContent = soon();
    return;
  }
  said = what;
  if (!box) make();
  const over = what === "over";
  heading.textContent = over ? "You have been signed out" : "You will be signed out soon";
  text.textContent = over
    ? "What you have typed is still on this page. Copy what you want to keep, then sign in again."
    : soon();
  stay.textContent = over ? "Go back to the page" : "Stay signed in";
  if (over) stay.after(again);
  if (!box.open) box.showModal();
}

function soon() {
  const minutes = Math.max(1, Math.round(left() / MINUTE));
  return `Nobody has used this page for a while, so you will be signed out in ${minutes} minute${minutes === 1 ? "" : "s"}. What you have typed is still here.`;
}

async function renew() {
  if (said === "over") return box.close();
  const seconds = await asked(ends.dataset.renew);
  if (seconds === null) text.textContent = "The service could not be reached. Check that you are online and try again.";
  else if (seconds <= 0) say("over");
  else if (seconds > WARN) {
    know(seconds);
    close();
  } else text.textContent = "You have been signed in for as long as is allowed. Finish what you are doing, then sign in again.";
}

function close() {
  said = "";
  box?.close();
}

function make() {
  box = made("dialog", "box");
  heading = made("h2", "govuk-heading-m");
  heading.id = "session-heading";
  box.setAttribute("aria-labelledby", heading.id);
  text = made("p", "govuk-body");
  text.id = "session-words";
  box.setAttribute("aria-describedby", text.id);
  text.setAttribute("aria-live", "polite");
  stay = made("button", "govuk-button");
  stay.type = "button";
  stay.addEventListener("click", renew);
  again = made("a", "govuk-link", "Sign in again");
  again.href = ends.dataset.signIn;
  const row = made("div", "govuk-button-group");
  row.append(stay);
  box.append(heading, text, row);
  document.body.append(box);
}

if (ends) {
  know(Number(ends.content));
  setInterval(look, 15000);
  document.addEventListener("visibilitychange", look);
}
