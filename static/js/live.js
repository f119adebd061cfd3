/* Keeps the counts of a list as they are now, and says when there is more to see, without moving a row.
   Asks less often while nothing changes, not at all in a tab that nobody looks at. */
const list = document.querySelector("[data-live]");
const SOONEST = 20_000;
const LATEST = 160_000;

if (list) {
  const news = document.querySelector("[data-news]");
  let wait = SOONEST;
  let timer = 0;
  let known = "";
  let over = false;

  const show = ({ counts, new: came, changed }) => {
    for (const [key, text] of Object.entries(counts)) {
      for (const count of document.querySelectorAll(`[data-count-of="${CSS.escape(key)}"]`)) count.textContent = text;
    }
    const words = [came && `${came} new`, changed && `${changed} changed`].filter(Boolean).join(", ");
    news.hidden = !words;
    if (words) news.textContent = `${words}: show`;
  };

  const ask = async () => {
    const answer = await fetch(list.dataset.live, {
      cache: "no-store", redirect: "manual", headers: known ? { "If-None-Match": known } : {} }).catch(() => null);
    if (answer?.ok) {
      known = answer.headers.get("ETag") ?? "";
      wait = SOONEST;
      show(await answer.json());
    } else if (answer && answer.status !== 304 && answer.status < 500) {
      over = true;   // signed out, or not allowed any more: leave the page as it is
    } else {
      wait = Math.min(wait * 1.5, LATEST);
    }
    plan();
  };

  const plan = () => {
    clearTimeout(timer);
    if (!over && !document.hidden) timer = setTimeout(ask, wait);
  };

  document.addEventListener("visibilitychange", () => {
    clearTimeout(timer);
    if (document.hidden || over) return;
    wait = SOONEST;
    ask();
  });
  plan();
}
