/* Small manners of every page: theme menu, copy link, toasts, file drop, shortcuts.
   Every page works without this file. */
(function () {
  "use strict";

  /* --- theme menu ---------------------------------------------------------------------- */
  function markTheme() {
    var current = window.standingTheme.chosen();
    document.querySelectorAll("[data-choose-theme]").forEach(function (button) {
      button.setAttribute("aria-pressed", String(button.dataset.chooseTheme === current));
    });
  }

  /* --- toasts -------------------------------------------------------------------------- */
  function toast(words, kind) {
    var region = document.getElementById("toasts");
    if (!region) return;
    var already = Array.prototype.some.call(region.querySelectorAll("p"), function (p) {
      return p.textContent === words;
    });
    if (already) return;
    var box = document.createElement("div");
    box.className = "toast" + (kind ? " toast-" + kind : "");
    var text = document.createElement("p");
    text.textContent = words;
    var close = document.createElement("button");
    close.type = "button";
    close.className = "toast-close";
    close.setAttribute("aria-label", "Dismiss");
    close.textContent = "×";
    close.addEventListener("click", function () { box.remove(); });
    box.append(text, close);
    region.append(box);
    if (kind !== "error") window.setTimeout(function () { box.remove(); }, 6000);
  }

  var WORDS = {
    0: "The server cannot be reached. Nothing was changed. Check the connection and try again.",
    400: "The server could not read that request. Nothing was changed.",
    403: "That is not allowed, or this page is too old. Reload it and try again.",
    404: "That is no longer there. Reload the page to see what is.",
    413: "That file is larger than this server accepts. Nothing was saved.",
    429: "Too many requests at once. Wait a moment, then try again.",
    503: "The server is busy starting. Try again in a moment.",
  };
  function wordsFor(xhr) {
    var status = xhr ? xhr.status : 0;
    if (WORDS[status]) return WORDS[status];
    var reference = xhr && xhr.getResponseHeader("X-Reference");
    return "Something went wrong on the server. Nothing was changed."
      + (reference ? " Reference " + reference + "." : " Try again in a moment.");
  }

  document.addEventListener("htmx:responseError", function (event) {
    toast(wordsFor(event.detail.xhr), "error");
  });
  document.addEventListener("htmx:sendError", function () { toast(WORDS[0], "error"); });
  document.addEventListener("htmx:timeout", function () { toast(WORDS[0], "error"); });
  window.addEventListener("offline", function () { toast("You are offline. What you see may be old.", "error"); });
  window.addEventListener("online", function () { toast("You are online again."); });

  /* --- copy a link --------------------------------------------------------------------- */
  function copyByHand(text) {
    var field = document.createElement("textarea");
    field.value = text;
    field.setAttribute("readonly", "");
    field.className = "visually-hidden";
    document.body.append(field);
    field.select();
    var copied = false;
    try {
      copied = document.execCommand("copy");
    } catch (error) {
      copied = false;
    }
    field.remove();
    return copied;
  }

  function copyLink(button) {
    var url = new URL(button.dataset.copy || window.location.href, window.location.href).href;
    function told(copied) {
      toast(copied ? "Link copied." : "Copy this link by hand: " + url);
    }
    if (window.isSecureContext && navigator.clipboard) {
      navigator.clipboard.writeText(url).then(
        function () { told(true); },
        function () { told(copyByHand(url)); }
      );
    } else {
      told(copyByHand(url));
    }
  }

  /* --- clicks -------------------------------------------------------------------------- */
  document.addEventListener("click", function (event) {
    var theme = event.target.closest("[data-choose-theme]");
    if (theme) {
      window.standingTheme.choose(theme.dataset.chooseTheme);
      closeMenus(null, true);
      return;
    }
    var copy = event.target.closest("[data-copy]");
    if (copy) {
      event.preventDefault();
      copyLink(copy);
    }
    if (event.target.closest("[data-print]")) window.print();
    closeMenus(event.target.closest("details.menu"), false);
  });

  function closeMenus(except, focus) {
    document.querySelectorAll("details.menu[open]").forEach(function (menu) {
      if (menu === except) return;
      menu.open = false;
      if (focus) menu.querySelector("summary").focus();
    });
  }

  /* --- keys ---------------------------------------------------------------------------- */
  document.addEventListener("keydown", function (event) {
    if (event.key === "Escape") closeMenus(null, true);
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input, select, textarea, [contenteditable]")) return;
    var filter = document.querySelector("[data-filter-focus]");
    if (filter) {
      event.preventDefault();
      filter.focus();
    }
  });

  /* --- file drop ----------------------------------------------------------------------- */
  function sizeInWords(bytes) {
    if (bytes < 1e3) return bytes + " bytes";
    if (bytes < 1e6) return (bytes / 1e3).toFixed(0) + " kB";
    return (bytes / 1e6).toFixed(1) + " MB";
  }

  function showFiles(area) {
    var input = area.querySelector("input[type=file]");
    var list = area.querySelector(".drop-files");
    if (!list) return;
    list.replaceChildren.apply(list, Array.prototype.map.call(input.files, function (file) {
      var line = document.createElement("span");
      line.textContent = file.name + ", " + sizeInWords(file.size);
      return line;
    }));
  }

  ["dragenter", "dragover", "dragleave", "drop"].forEach(function (name) {
    document.addEventListener(name, function (event) {
      var area = event.target.closest && event.target.closest("[data-drop]");
      if (!area) return;
      event.preventDefault();
      area.dataset.over = String(name === "dragenter" || name === "dragover");
      if (name === "drop" && event.dataTransfer.files.length) {
        area.querySelector("input[type=file]").files = event.dataTransfer.files;
        showFiles(area);
      }
    });
  });
  document.addEventListener("change", function (event) {
    var area = event.target.closest("[data-drop]");
    if (area) showFiles(area);
  });

  document.addEventListener("standing:theme", markTheme);
  document.addEventListener("DOMContentLoaded", markTheme);
  document.addEventListener("htmx:afterSettle", markTheme);
  window.standing = Object.assign(window.standing || {}, { toast: toast });
})();
