/* The questions of a request type within a form: one that depends on another shows when that is answered so. */
export function answered(form, name) {
  const field = form.elements.namedItem(name);
  return field ? field.value : "";
}

export function showAsked(form) {
  for (const group of form.querySelectorAll("[data-only-if]")) {
    const first = form.elements.namedItem(group.dataset.onlyIf);
    const box = first && (first.length === undefined ? first : first[0]).closest("[data-only-if]");
    group.hidden = Boolean(box?.hidden) || answered(form, group.dataset.onlyIf) !== group.dataset.is;
  }
}

export function put(place, fresh) {
  place.replaceChildren(...[...fresh.childNodes].map((node) => document.importNode(node, true)));
}
