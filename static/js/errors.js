/* The list of what is wrong gets the focus, and its links bring the question into view with its control focused. */
const summary = document.querySelector("[data-focus]");
if (summary) {
  summary.focus();
  summary.addEventListener("click", (event) => {
    const link = event.target.closest('a[href^="#"]');
    const control = link && document.getElementById(link.hash.slice(1));
    if (!control) return;
    event.preventDefault();
    const question = control.closest("fieldset")?.querySelector("legend") ?? document.querySelector(`label[for="${CSS.escape(control.id)}"]`);
    (question ?? control).scrollIntoView({ block: "start" });
    control.focus({ preventScroll: true });
  });
}
