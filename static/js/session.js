/* Five minutes before a sign-in ends, say so, and let one press renew it. <meta name="session-ends" content="seconds"
   data-renew="address">, written by the page when somebody is signed in. */
const ends = document.querySelector('meta[name="session-ends"]');
const WARN = 5 * 60;

if (ends) {
  const loaded = Date.now();
  const left = () => Number(ends.content) - (Date.now() - loaded) / 1000;
  const timer = setInterval(() => {
    if (left() > WARN || document.hidden) return;
    clearInterval(timer);
    warn();
  }, 15000);
}

function warn() {
  const box = document.createElement("dialog");
  box.className = "box";
  const heading = Object.assign(document.createElement("h2"), { className: "govuk-heading-m", textContent: "You will be signed out soon" });
  heading.id = "session-heading";
  box.setAttribute("aria-labelledby", heading.id);
  const text = Object.assign(document.createElement("p"), {
    className: "govuk-body", textContent: "Nobody has used this page for a while. What you have typed is still here." });
  const stay = Object.assign(document.createElement("button"), { className: "govuk-button", textContent: "Stay signed in" });
  stay.addEventListener("click", async () => {
    await fetch(ends.dataset.renew, { headers: { Accept: "application/json" } }).catch(() => null);
    box.close();
  });
  box.append(heading, text, stay);
  document.body.append(box);
  box.showModal();
}
