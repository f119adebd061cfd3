/* Work lists: how many rows are ticked, all of them at once, and a page that looks again while work is under way. */
const picks = document.querySelector("form[data-picks]");

if (picks) {
  const boxes = [...document.querySelectorAll('input[name="ticket"][form="bulk"]')];
  const told = picks.querySelector("[data-picked]");
  const every = Object.assign(document.createElement("input"), { type: "checkbox" });
  every.setAttribute("aria-label", "Tick all rows on this page");
  const label = document.createElement("label");
  label.append(every);
  document.querySelector("th.pick")?.append(label);
  told.setAttribute("role", "status");

  const tell = () => {
    const number = boxes.filter((box) => box.checked).length;
    told.hidden = false;
    picks.classList.toggle("is-on", number > 0);   // in sight while there is something to do with it
    told.textContent = number ? `${number} ticked` : "";
    every.checked = number > 0 && number === boxes.length;
    every.indeterminate = number > 0 && number < boxes.length;
  };
  every.addEventListener("change", () => {
    for (const box of boxes) box.checked = every.checked;
    tell();
  });
  document.addEventListener("change", tell);
  addEventListener("pageshow", tell);
}

if (document.querySelector("[data-look-again]")) {
  const look = () => (document.hidden ? setTimeout(look, 2000) : location.reload());
  setTimeout(look, 2000);
}
