/* A call is kept as it is typed, so that another can be taken and this one gone on with, here or at another desk. */
const form = document.querySelector("form[data-keep]");
let waiting = 0;
let sent = "";

async function keep() {
  const typed = new FormData(form);
  typed.delete("once");
  const now = new URLSearchParams(typed).toString();
  if (now === sent) return;
  sent = now;
  await fetch(form.dataset.keep, { method: "POST", body: typed, keepalive: true }).catch(() => { sent = ""; });
}

if (form) {
  sent = (() => { const typed = new FormData(form); typed.delete("once"); return new URLSearchParams(typed).toString(); })();
  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(keep, 600);
  });
  form.addEventListener("submit", () => clearTimeout(waiting));
  const subject = form.elements.namedItem("subject");
  if (!subject.value && !document.querySelector("[data-focus]")) subject.focus();
}
