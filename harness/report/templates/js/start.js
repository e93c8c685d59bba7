// Tells the style that scripts run: what only works with them is shown from here on.
document.documentElement.classList.add("js");
