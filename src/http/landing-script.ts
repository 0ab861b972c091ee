/**
 * Keeps an open page fresh: it is fetched anew every few seconds, and at once when an event arrives. Without scripts the page
 * reloads itself. What is shown goes pale when the agent no longer answers, because an old picture that looks live misleads.
 */
export const script = `
(() => {
  "use strict";
  let timer;
  let busy = false;
  const refresh = async () => {
    if (busy) return;
    busy = true;
    clearTimeout(timer);
    try {
      const answer = await fetch(location.href, { cache: "no-store", signal: AbortSignal.timeout(8000) });
      if (!answer.ok) throw new Error(String(answer.status));
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      document.body.classList.remove("lost");
      if (getSelection().type !== "Range") {
        const focused = document.activeElement?.getAttribute("href");
        const scrolled = [...document.querySelectorAll(".scroll")].map((box) => box.scrollLeft);
        document.querySelector("main").replaceWith(document.adoptNode(page.querySelector("main")));
        document.querySelectorAll(".scroll").forEach((box, index) => { box.scrollLeft = scrolled[index] ?? 0; });
        document.title = page.title;
        if (focused) [...document.links].find((link) => link.getAttribute("href") === focused)?.focus({ preventScroll: true });
      }
    } catch {
      document.body.classList.add("lost");
    }
    busy = false;
    later(document.hidden ? 30000 : 3000);
  };
  const later = (wait) => { clearTimeout(timer); timer = setTimeout(refresh, wait); };
  new EventSource("api/v1/events").onmessage = () => later(100);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) later(0); });
  later(3000);
})();
`;
