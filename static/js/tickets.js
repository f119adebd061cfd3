/* Tickets while something is typed into a search box: arrow keys or a press choose one, Enter without a choice searches. */
let boxes = 0;

for (const box of document.querySelectorAll("input[data-suggest-tickets]")) {
  const list = Object.assign(document.createElement("ul"), { className: "found", id: `found-${++boxes}`, hidden: true });
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Tickets");
  box.after(list);
  for (const [name, value] of Object.entries({ role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id, autocomplete: "off" })) {
    box.setAttribute(name, value);
  }
  let waiting = 0;
  let asked = "";
  let chosen = -1;

  const close = () => {
    list.hidden = true;
    chosen = -1;
    box.setAttribute("aria-expanded", "false");
    box.removeAttribute("aria-activedescendant");
  };

  const show = (found) => {
    list.replaceChildren(...found.map((one, at) => {
      const option = Object.assign(document.createElement("li"), { className: "found__one", id: `${list.id}-${at}` });
      option.setAttribute("role", "option");
      option.dataset.href = one.href;
      option.append(
        Object.assign(document.createElement("span"), { textContent: one.label }),
        Object.assign(document.createElement("span"), { className: "found__note", textContent: one.note }),
      );
      return option;
    }));
    chosen = -1;
    list.hidden = !found.length;
    box.setAttribute("aria-expanded", String(found.length > 0));
  };

  const choose = (at) => {
    const options = [...list.children];
    chosen = (at + options.length) % options.length;
    options.forEach((option, n) => option.setAttribute("aria-selected", String(n === chosen)));
    box.setAttribute("aria-activedescendant", options[chosen].id);
  };

  const ask = async () => {
    const typed = box.value.trim();
    if (typed === asked) return;
    asked = typed;
    if (typed.length < 2) return close();
    const address = new URL(box.dataset.suggestTickets, location.href);
    address.searchParams.set("q", typed);
    const answer = await fetch(address, { headers: { Accept: "application/json" } }).catch(() => null);
    if (!answer?.ok || typed !== asked || document.activeElement !== box) return;
    show((await answer.json()).found);
  };

  box.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(ask, 200);
  });
  box.addEventListener("keydown", (event) => {
    if (list.hidden) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      choose(event.key === "ArrowDown" ? chosen + 1 : chosen < 0 ? -1 : chosen - 1);
    } else if (event.key === "Enter" && chosen >= 0) {
      event.preventDefault();
      location.assign(list.children[chosen].dataset.href);
    } else if (event.key === "Escape") {
      event.preventDefault();
      close();
    }
  });
  list.addEventListener("pointerdown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const option = event.target.closest("[data-href]");
    if (option) location.assign(option.dataset.href);
  });
  box.addEventListener("blur", close);
}
