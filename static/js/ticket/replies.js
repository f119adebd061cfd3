/* Puts a saved reply where the cursor stands, without loading the page again. */
const button = document.querySelector("button[data-insert]");

button?.addEventListener("click", async (event) => {
  event.preventDefault();
  const { form } = button;
  const choice = form.elements.saved_reply;
  if (!choice.value) return choice.focus();
  const body = new URLSearchParams({ csrf_token: form.elements.csrf_token.value, saved_reply: choice.value });
  const answer = await fetch(button.formAction, { method: "POST", body, headers: { Accept: "application/json" } }).catch(() => null);
  if (!answer?.ok) return form.requestSubmit(button);
  const { text } = await answer.json();
  const box = form.elements.body;
  box.setRangeText(text, box.selectionStart, box.selectionEnd, "end");
  choice.value = "";
  box.focus();
  box.dispatchEvent(new Event("input", { bubbles: true }));
});
