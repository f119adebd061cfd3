/* Files that are too big, or too many, are told of beside their question when they are chosen, not after minutes of
   sending; the server refuses them as well. */
const words = (input) => {
  const most = Number(input.dataset.megabytes);
  const big = [...input.files].find((file) => file.size > most * 1024 * 1024);
  if (big) return `“${big.name}” is too big. A file can be up to ${most} MB: send a smaller picture or only the pages that matter.`;
  const files = Number(input.dataset.files || input.files.length);
  return input.files.length > files ? `Choose no more than ${files} files at a time.` : "";
};

function tell(input) {
  const id = `${input.id}-too-big`;
  const described = new Set((input.getAttribute("aria-describedby") ?? "").split(" ").filter((one) => one && one !== id));
  const trouble = words(input);
  document.getElementById(id)?.remove();
  input.classList.toggle("govuk-file-upload--error", Boolean(trouble));
  if (trouble) {
    const line = Object.assign(document.createElement("p"), { id, className: "govuk-error-message" });
    line.setAttribute("role", "alert");
    line.append(Object.assign(document.createElement("span"), { className: "govuk-visually-hidden", textContent: "Error: " }), trouble);
    input.before(line);
    described.add(id);
  }
  if (described.size) input.setAttribute("aria-describedby", [...described].join(" "));
  else input.removeAttribute("aria-describedby");
  return trouble;
}

document.addEventListener("change", (event) => {
  if (event.target.matches('input[type="file"][data-megabytes]')) tell(event.target);
});

/* Heard before all others, so that a form that is not sent does not count as under way. */
document.addEventListener("submit", (event) => {
  const wrong = [...event.target.querySelectorAll('input[type="file"][data-megabytes]')].filter(tell);
  if (!wrong.length || event.submitter?.formNoValidate) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  wrong[0].focus();
}, { capture: true });
