/* What belongs to one choice shows while that choice is made. Without a script it always shows. */
const reveals = document.querySelectorAll("[data-reveals]");

function show() {
  for (const input of reveals) {
    const under = document.getElementById(input.dataset.reveals);
    under.hidden = !input.checked;
    input.setAttribute("aria-expanded", String(input.checked));
  }
}

if (reveals.length) {
  show();
  document.addEventListener("change", show);
  addEventListener("pageshow", show);
}
