/* How many characters are left, said aloud only after typing has stopped for a moment. */
for (const group of document.querySelectorAll("[data-count]")) {
  const box = group.querySelector("textarea, input");
  const message = group.querySelector(".govuk-character-count__message");
  const most = Number(group.dataset.count);
  const aloud = document.createElement("div");
  aloud.className = "govuk-visually-hidden";
  aloud.setAttribute("aria-live", "polite");
  message.after(aloud);
  let waiting = 0;

  const tell = () => {
    const left = most - box.value.trim().length;
    const count = Math.abs(left).toLocaleString("en-GB");
    const words = `You have ${count} character${Math.abs(left) === 1 ? "" : "s"} ${left < 0 ? "too many" : "remaining"}`;
    message.textContent = words;
    message.classList.toggle("govuk-error-message", left < 0);
    message.classList.toggle("govuk-hint", left >= 0);
    clearTimeout(waiting);
    waiting = setTimeout(() => { aloud.textContent = words; }, 1000);
  };

  box.addEventListener("input", tell);
  if (box.value) tell();
}
