/* Dragging a card to a column does what ticking it and pressing Move does; and it says how many are ticked. */
const form = document.getElementById("board");
const said = form.querySelector("[data-said]");
const boxes = [...document.querySelectorAll('input[name="card"]')];
let dragged = null;

const tell = () => {
  const number = boxes.filter((box) => box.checked).length;
  said.textContent = number ? `${number} ticked` : "";
  form.classList.toggle("is-on", number > 0);   // in sight while there is something to do with it
};
document.addEventListener("change", tell);
addEventListener("pageshow", tell);

for (const card of document.querySelectorAll("[data-card]")) {
  card.draggable = true;
  card.querySelector("a").draggable = false;
  card.addEventListener("dragstart", (event) => {
    dragged = card;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", card.querySelector("a").textContent);
  });
  card.addEventListener("dragend", () => { dragged = null; });
}

for (const column of document.querySelectorAll("[data-to]")) {
  column.addEventListener("dragover", (event) => {
    if (!dragged || column.contains(dragged)) return;
    event.preventDefault();
    column.classList.add("is-over");
  });
  column.addEventListener("dragleave", () => column.classList.remove("is-over"));
  column.addEventListener("drop", (event) => {
    column.classList.remove("is-over");
    if (!dragged || column.contains(dragged)) return;
    event.preventDefault();
    for (const box of boxes) box.checked = dragged.contains(box);
    if (column.dataset.to) {
      form.elements.to.value = column.dataset.to;
      form.requestSubmit();
    } else {
      tell();
      said.textContent = "Choose what it waits for, then press Move";
      form.elements.to.focus();
    }
  });
}
