/* The chosen theme, before the first paint: a module would come too late and the page would flash. */
document.documentElement.dataset.theme = localStorage.getItem("theme") ?? "auto";
