/* A second press of a button while the first is under way does nothing. (The server ignores it as well.) */
const underWay = new WeakSet();

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented) return;
  if (underWay.has(form)) {
    event.preventDefault();
    return;
  }
  underWay.add(form);
  event.submitter?.setAttribute("aria-disabled", "true");
  setTimeout(() => again(form), 8000);
});

function again(form) {
  underWay.delete(form);
  for (const button of form.querySelectorAll('[aria-disabled="true"]')) button.removeAttribute("aria-disabled");
}

/* Coming back with the browser's Back button shows the page as it was left: make its buttons work again. */
addEventListener("pageshow", (event) => {
  if (event.persisted) for (const form of document.forms) again(form);
});
