// Before the first paint, so that a dark page does not flash light.
(() => {
  var chosen = "auto";
  try {
    chosen = localStorage.getItem("syncline-color-scheme") || "auto";
  } catch {}
  var dark = chosen === "dark" || (chosen !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.setAttribute("data-mantine-color-scheme", dark ? "dark" : "light");
})();
