// Before the first paint: the look that was chosen, for pages that come from the phone's own store.
// Runs in the head as a plain script, because a module would run too late.
"use strict";

(function () {
  const root = document.documentElement;
  const chosen = function (name) {
    const found = document.cookie.match("(?:^|; )" + name + "=([a-z]+)");
    return found ? found[1] : "";
  };
  const theme = chosen("theme");
  const type = chosen("type");
  if (theme === "light" || theme === "dark") root.dataset.theme = theme;
  else delete root.dataset.theme;
  if (type === "large") root.dataset.type = type;
  else delete root.dataset.type;
})();
