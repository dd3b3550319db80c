// Runs before the first paint so that the page never flashes in the wrong theme. A file of its own, for the sake of a strict
// content security policy. src/app/theme.ts changes the choice afterwards.
(() => {
  let choice = null;
  try {
    choice = localStorage.getItem("stead.theme");
  } catch {
    // Storage can be forbidden; then the system decides.
  }
  const dark =
    choice === "dark" || (choice !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.dataset.theme = dark ? "dark" : "light";
})();
