/* Runs before the first paint: puts the chosen theme on <html>, so that nothing flashes.
   "system" is the absence of a choice. */
(function () {
  "use strict";
  var KEY = "standing-theme";
  var root = document.documentElement;
  root.classList.add("js");

  function chosen() {
    try {
      var value = window.localStorage.getItem(KEY);
      return value === "light" || value === "dark" ? value : "system";
    } catch (error) {
      return "system"; // storage may be forbidden; the system's choice always works
    }
  }

  function apply(value) {
    if (value === "system") {
      root.removeAttribute("data-theme");
    } else {
      root.setAttribute("data-theme", value);
    }
  }

  function choose(value) {
    try {
      if (value === "system") {
        window.localStorage.removeItem(KEY);
      } else {
        window.localStorage.setItem(KEY, value);
      }
    } catch (error) {
      // not remembered, but in force on this page
    }
    apply(value);
    document.dispatchEvent(new CustomEvent("standing:theme"));
  }

  apply(chosen());
  window.addEventListener("storage", function (event) {
    if (event.key === KEY) {
      apply(chosen());
      document.dispatchEvent(new CustomEvent("standing:theme"));
    }
  });
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", function () {
    document.dispatchEvent(new CustomEvent("standing:theme"));
  });
  window.standingTheme = { chosen: chosen, choose: choose };
})();
