/* Suggests people while a name is typed. Without it the server looks the name up when the form is sent. */
for (const box of document.querySelectorAll("input[data-suggest]")) {
  const list = document.getElementById(box.getAttribute("list"));
  let waiting = 0;
  let asked = "";

  const ask = async () => {
    const typed = box.value.trim();
    if (typed.length < 2 || typed === asked || typed.includes(" – ")) return;
    asked = typed;
    const address = new URL(box.dataset.suggest, location.href);
    address.searchParams.set("q", typed);
    const answer = await fetch(address, { headers: { Accept: "application/json" } }).catch(() => null);
    if (!answer?.ok || typed !== asked) return;
    const { found } = await answer.json();
    list.replaceChildren(...found.map((one) => Object.assign(document.createElement("option"), { value: one.label })));
  };

  box.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(ask, 150);
  });
}
