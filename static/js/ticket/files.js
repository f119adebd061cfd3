/* Files can be dropped on the box, and a picture pasted into it; they join those that were chosen. */
const form = document.querySelector("form.say");
const input = form?.querySelector('input[type="file"]');

function add(files) {
  const all = new DataTransfer();
  for (const file of [...input.files, ...files]) all.items.add(file);
  input.files = all.files;
  input.dispatchEvent(new Event("change", { bubbles: true }));
}

function named(file, number) {
  const kind = file.type.split("/")[1]?.replace("jpeg", "jpg") ?? "png";
  const at = new Date().toISOString().slice(0, 16).replace("T", " ").replace(":", ".");
  return new File([file], `Screenshot ${at}${number ? ` ${number + 1}` : ""}.${kind}`, { type: file.type });
}

if (input) {
  const chosen = document.createElement("ul");
  chosen.className = "say__files";
  chosen.setAttribute("aria-label", "Files to send");
  chosen.setAttribute("aria-live", "polite");
  input.after(chosen);
  const hint = document.createElement("p");
  hint.className = "govuk-hint";
  hint.textContent = "Or drop files on this box, or paste a picture into the message.";
  chosen.after(hint);

  input.addEventListener("change", () => {
    chosen.replaceChildren(...[...input.files].map((file, at) => {
      const line = document.createElement("li");
      const off = Object.assign(document.createElement("button"), { type: "button", className: "as-link", textContent: "Take off" });
      off.append(Object.assign(document.createElement("span"), { className: "govuk-visually-hidden", textContent: ` ${file.name}` }));
      off.addEventListener("click", () => {
        const rest = new DataTransfer();
        [...input.files].forEach((one, place) => { if (place !== at) rest.items.add(one); });
        input.files = rest.files;
        input.dispatchEvent(new Event("change", { bubbles: true }));
        input.focus();
      });
      line.append(`${file.name} `, off);
      return line;
    }));
  });

  form.addEventListener("paste", (event) => {
    const pictures = [...event.clipboardData.files].filter((file) => file.type.startsWith("image/"));
    if (!pictures.length || event.clipboardData.getData("text/plain")) return;   // a cell of a sheet is text, too
    event.preventDefault();
    add(pictures.map(named));
  });

  const carries = (event) => [...event.dataTransfer.types].includes("Files");
  let inside = 0;
  form.addEventListener("dragenter", (event) => { if (carries(event)) { inside += 1; form.classList.add("is-over"); } });
  form.addEventListener("dragleave", (event) => { if (carries(event) && --inside <= 0) { inside = 0; form.classList.remove("is-over"); } });
  form.addEventListener("dragover", (event) => { if (carries(event)) event.preventDefault(); });
  form.addEventListener("drop", (event) => {
    inside = 0;
    form.classList.remove("is-over");
    if (!carries(event)) return;
    event.preventDefault();
    add(event.dataTransfer.files);
  });
}
