/* What belongs to one choice shows while that choice is made. Without a script it always shows. */
const reveals = document.querySelectorAll("[data-reveals]");

function show() {
  for (const input of reveals) {
    const under = document.getElementById(input.dataset.reveals);
    under.hidden = !input.checked;
    // A radio button has no such state in ARIA; what it shows stands right after it.
    if (input.type === "checkbox") input.setAttribute("aria-expanded", String(input.checked));
  }
}

if (reveals.length) {
  show();
  document.addEventListener("change", show);
  addEventListener("pageshow", show);
}
