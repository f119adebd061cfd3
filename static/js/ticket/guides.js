/* Puts the address of a guide where the cursor stands in the message. Without a script the guide is a link like any other. */
const box = document.querySelector("#message textarea[name=body]");

for (const button of box ? document.querySelectorAll("button[data-put-in]") : []) {
  button.hidden = false;
  button.addEventListener("click", () => {
    box.setRangeText(button.dataset.putIn, box.selectionStart, box.selectionEnd, "end");
    box.focus();
    box.dispatchEvent(new Event("input", { bubbles: true }));
  });
}
