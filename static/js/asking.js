/* The question pages, nicer: what depends on an answer shows when it is given, and choosing what it is about brings
   its questions at once. Without this, every question stands there with the words that say when to answer it. */
const form = document.querySelector("form[action*='/tickets/new']");

/* A page of ours as a document: nothing in it is run, and no markup is made from text. */
function fetched(address) {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.responseType = "document";
    request.open("GET", address);
    request.onload = () => resolve(request.status === 200 ? request.response : null);
    request.onerror = () => resolve(null);
    request.send();
  });
}

function answered(name) {
  const field = form.elements.namedItem(name);
  return field ? field.value : "";
}

function show() {
  for (const group of form.querySelectorAll("[data-only-if]")) {
    const first = form.elements.namedItem(group.dataset.onlyIf);
    const box = first && (first.length === undefined ? first : first[0]).closest("[data-only-if]");
    group.hidden = Boolean(box?.hidden) || answered(group.dataset.onlyIf) !== group.dataset.is;
  }
}

async function bring() {
  const place = document.getElementById("more");
  const type = answered("type");
  if (!place || !type || type === place.dataset.type) return;
  place.dataset.type = type;
  const page = await fetched(`${place.dataset.questions}?type=${encodeURIComponent(type)}`);
  const fresh = page?.getElementById("more");
  if (!fresh || answered("type") !== type) return;
  place.replaceChildren(...[...fresh.childNodes].map((node) => document.importNode(node, true)));
  show();
}

if (form) {
  document.documentElement.classList.add("asks-with-script");
  const place = document.getElementById("more");
  if (place?.querySelector("[name=questions]")) place.dataset.type = answered("type");
  form.addEventListener("change", (event) => {
    if (event.target.name === "type") bring();
    show();
  });
  show();
  bring();
  addEventListener("pageshow", () => { bring(); show(); });
}
