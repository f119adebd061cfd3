/* Fetches what may help into the page, once that is there, and puts the address of a guide where the cursor stands in
   the message. Without a script there is a link to a page with the same. */
import { fetched } from "../fetched.js";

const box = document.querySelector("#message textarea[name=body]");

function offer(button) {
  button.hidden = false;
  button.addEventListener("click", () => {
    box.setRangeText(button.dataset.putIn, box.selectionStart, box.selectionEnd, "end");
    box.focus();
    box.dispatchEvent(new Event("input", { bubbles: true }));
  });
}

const place = document.querySelector("[data-beside]");
const found = place && (await fetched(`${place.dataset.beside}?frameless`))?.getElementById("beside");
if (found) {
  place.replaceWith(...[...found.children].map((node) => document.importNode(node, true)));
  for (const button of box ? document.querySelectorAll("button[data-put-in]") : []) offer(button);
}
