/* Looks for news every second, and copies codes. */
(() => {
  const chats = document.querySelector("[data-poll]");
  const bottom = () => chats.classList.contains("chats") && (chats.scrollTop = chats.scrollHeight);
  bottom();
  let before = null;
  setInterval(async () => {
    if (document.hidden) return;
    try {
      const answer = await fetch(chats.dataset.poll);
      const text = await answer.text();
      if (answer.ok && text !== before) {
        const grew = before !== null && text.length > before.length;
        before = text;
        chats.innerHTML = text;
        if (grew) bottom();
        chats.querySelectorAll("img").forEach((image) => image.addEventListener("load", bottom, { once: true }));
      }
    } catch {
      /* the stand-in is being started again */
    }
  }, 1000);
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    await navigator.clipboard?.writeText(button.dataset.copy).catch(() => {});
    button.lastChild.textContent = " " + button.dataset.copy + " ✓";
  });
})();
