// In the head, before anything is painted: script runs here, and which theme was chosen earlier.
const root = document.documentElement;
root.className = "js";
try {
  root.dataset.theme = localStorage.getItem("shadow theme") ?? "system";
} catch {}
